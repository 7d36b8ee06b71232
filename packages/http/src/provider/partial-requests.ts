import {
  type Diagnosis,
  type Fail,
  type Failure,
  mailboxKey,
  type Outcome,
  type Rejection,
  receipt,
} from "@relais/core/spi";
import type { Explained, Reading } from "./read-answer.ts";

/**
 * A request for some of an attempt's recipients; the first one hands over. `"one by one"`: none can be made for these
 * together, and none was.
 */
export type SendPart = (recipients: readonly string[], isFirst: boolean) => Promise<Reading | "one by one">;

/** Requests in one attempt. Finding one bad address among n by halves takes up to 2 log2 n + 1 of them. */
const maxRequests = 12;

/** Forms that not every vendor takes, though they are addresses: not ASCII, quoted, dots as docomo had them. */
const unusual = (address: string): boolean => /[^\x20-\x7e]|"|\.\.|\.@/.test(address);

/** The same account, or the same network, would say the same to the others. */
const stops = new Set(["transient", "throttled", "misconfigured", "unknown", "cancelled"]);

function ofSome(all: readonly string[], some: readonly string[]): string[] {
  const keys = new Set(some.map(mailboxKey));
  return all.filter((address) => keys.has(mailboxKey(address)));
}

function without(all: readonly string[], some: readonly string[]): string[] {
  const keys = new Set(some);
  return all.filter((address) => !keys.has(address));
}

const fault = (thrown: unknown): Diagnosis => ({ kind: "refused", reason: `no request: ${String(thrown)}` });

/** What is known of each recipient of one attempt. */
class RecipientResults {
  readonly failures = new Map<string, Failure>();
  readonly accepted = new Set<string>();
  readonly fail: Fail;
  messageId: string | undefined;

  constructor(fail: Fail) {
    this.fail = fail;
  }

  record(addresses: readonly string[], why: (address: string) => Diagnosis): void {
    for (const address of addresses) this.failures.set(address, this.fail(why(address)));
  }

  outcome(provider: string, recipients: readonly string[]): Outcome {
    const rejected = recipients.flatMap((address): Rejection[] => {
      const failure = this.failures.get(address);
      return failure === undefined ? [] : [{ address, failure }];
    });
    const accepted = recipients.filter((address) => this.accepted.has(address));
    const { messageId } = this;
    if (messageId !== undefined && accepted.length > 0)
      return receipt({ provider, messageId, accepted, rejected });
    const failures = rejected.map(({ failure }) => failure);
    const [first] = failures;
    const isSame = failures.every(({ kind, reason }) => kind === first?.kind && reason === first.reason);
    if (first !== undefined && isSame && rejected.length === recipients.length) return this.fail(first);
    // The whole has the failure that leaves most open: unknown, then what passes, then what another provider may accept.
    const strongest =
      failures.find(({ kind }) => kind === "unknown") ??
      failures.find(({ kind }) => stops.has(kind)) ??
      failures.find(({ kind }) => kind !== "rejected") ??
      failures[0];
    const { kind = "refused", reason = "there is no recipient", code, retryAfterMs } = strongest ?? {};
    return this.fail({ kind, reason, code, retryAfterMs }, rejected);
  }
}

/** What the failure of one part means for those whose request has not been made yet. */
function notAsked({ kind, reason, code, retryAfterMs }: Diagnosis): Diagnosis {
  if (kind === "throttled" || kind === "misconfigured") return { kind, reason, code, retryAfterMs };
  // Nothing of them has left, whatever became of the others.
  return { kind: "transient", reason: `not asked for after: ${reason}`, code };
}

/**
 * Asks for all; where the answer is about some recipients only, those are given up and the others asked for again, in
 * the same attempt. Where it says that one of several is meant, and not which, they are asked for by halves.
 */
export async function inParts(
  provider: string,
  recipients: readonly string[],
  sendPart: SendPart,
  fail: Fail,
): Promise<Outcome> {
  const results = new RecipientResults(fail);
  const groups: (readonly string[])[] = [recipients];
  for (let requests = 0; groups.length > 0; ) {
    const group = groups.shift() as readonly string[];
    if (requests === maxRequests) {
      const along: Diagnosis = { kind: "refused", reason: "sent along with a recipient that was rejected" };
      results.record([...group, ...groups.flat()], () => along);
      break;
    }
    const isFirst = requests === 0;
    const sending = sendPart(group, isFirst);
    // Others may have the message by then: an error of a mapping is about these alone.
    const read = isFirst ? await sending : await sending.catch(fault);
    if (read === "one by one" && group.length > 1) {
      groups.unshift(...group.map((address) => [address]));
      continue;
    }
    requests += 1;
    if (read === "one by one") {
      results.record(group, () => ({ kind: "refused", reason: "no request can be made for it" }));
      continue;
    }
    if ("accepted" in read) {
      results.messageId ??= read.messageId;
      for (const address of read.accepted) results.accepted.add(address);
      for (const { address, failure } of read.rejected) results.failures.set(address, failure);
      continue;
    }
    const parts = "named" in read ? partsOf(read as Explained, group) : undefined;
    if (parts === undefined) {
      // It does not say which of them: none is given up for it.
      const isVague = read.kind === "rejected" && group.length > 1;
      const diagnosis = isVague ? { ...read, kind: "refused" as const } : read;
      if (isFirst) return fail(diagnosis);
      results.record(group, () => (diagnosis.kind === "cancelled" ? notAsked(diagnosis) : diagnosis));
      if (stops.has(diagnosis.kind)) results.record(groups.splice(0).flat(), () => notAsked(diagnosis));
      continue;
    }
    const { kind, reason, code, ofForm } = read as Explained;
    results.record(parts.bad, (address) => ({
      kind: ofForm && unusual(address) ? "refused" : kind,
      reason,
      code,
    }));
    groups.unshift(...parts.again);
  }
  return results.outcome(provider, recipients);
}

interface Parts {
  readonly bad: readonly string[];
  readonly again: readonly (readonly string[])[];
}

/** Who is given up, and who is asked for again; `undefined` if the answer is about all of them, or about none. */
function partsOf(read: Explained, group: readonly string[]): Parts | undefined {
  if (!read.ofRecipient) return undefined;
  if (group.length === 1) return { bad: group, again: [] };
  const named = ofSome(group, read.named);
  const among = ofSome(group, read.among);
  const bad = named.length > 0 ? named : among.length === 1 ? among : [];
  if (bad.length > 0) {
    const rest = without(group, bad);
    return { bad, again: rest.length === 0 ? [] : [rest] };
  }
  if (among.length < 2) return undefined;
  const half = among.slice(0, Math.ceil(among.length / 2));
  return { bad, again: [half, without(group, half)] };
}
