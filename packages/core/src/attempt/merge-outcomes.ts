import { allRejected } from "../failure/normalize.ts";
import {
  type AggregateFields,
  type Failure,
  failure,
  failuresOf,
  type Outcome,
  type Receipt,
  type Rejection,
  receipt,
  withAggregate,
} from "../failure/outcome.ts";
import { mailboxKey } from "../message/address.ts";
import type { AttemptState } from "../provider/scope.ts";

/** What the attempts say of one recipient. */
interface RecipientEnds {
  readonly receipts: Receipt[];
  readonly unknowns: Failure[];
  last: Failure | undefined;
}

/**
 * What a link, or a provider that forwards messages, answered for several attempts, made to fit what is known of them:
 *
 * | the attempts say      | the answer says        | it is                   |
 * | --------------------- | ---------------------- | ----------------------- |
 * | accepted              | anything               | accepted                |
 * | anything else         | accepted, or `unknown` | what the answer says    |
 * | `unknown`             | another failure        | `unknown`               |
 * | failed, or nothing    | another failure        | what the answer says    |
 * | failed                | nothing                | the last failure        |
 * | nothing               | nothing                | `fallback`              |
 *
 * Two ends with a copy, accepted or `unknown`, are a possible duplicate.
 * @param answer `undefined` if there was no answer, or none that can be read
 */
export function mergeOutcomes(
  answer: Outcome | undefined,
  fallback: Failure,
  to: readonly string[],
  attempts: readonly AttemptState[],
): Outcome {
  const made = attempts.filter(({ forwarded }) => !forwarded);
  if (made.length === 0) return answer ?? fallback;
  const known = collectEnds(made);
  const claims = claimsOf(answer);
  const accepted = new Map<Receipt, string[]>();
  const rejected: Rejection[] = [];
  let fits = answer !== undefined;
  let twice = made.some(({ outcome }) => outcome?.possibleDuplicate === true);
  for (const address of to) {
    const key = mailboxKey(address);
    const claim = claims(key);
    const ends = known.get(key);
    const end = endOf(ends, claim, fallback);
    if (end.success) accepted.set(end, [...(accepted.get(end) ?? []), address]);
    else rejected.push({ address, failure: end });
    if (end.success ? claim?.success !== true : end.kind === "unknown" && end !== claim) fits = false;
    if (ends !== undefined && ends.receipts.length + ends.unknowns.length > 1) twice = true;
  }
  const receipts = mergeReceipts(accepted);
  const failures = failuresBehind(made, answer, fits && !twice, receipts);
  const behind: AggregateFields = {
    ...(receipts.length > 1 ? { receipts } : {}),
    ...(failures === undefined ? {} : { failures }),
    ...(twice || answer?.possibleDuplicate === true ? { possibleDuplicate: true } : {}),
  };
  if (fits && answer !== undefined) {
    // The answer stands, but for what it could not know.
    const own = answer.receipts === undefined ? {} : { receipts: answer.receipts };
    return withAggregate(answer, { ...behind, ...own });
  }
  const [first] = receipts;
  if (first !== undefined) {
    const all = to.filter((address) => !rejected.some((one) => one.address === address));
    return withAggregate(receipt({ ...first, accepted: all, rejected }), behind);
  }
  const [one] = rejected;
  const isOne = one !== undefined && rejected.every(({ failure: why }) => why === one.failure);
  return withAggregate(isOne ? one.failure : allRejected(fallback.provider, rejected), behind);
}

/** What became of one recipient: the table above, from top to bottom. */
function endOf(
  { receipts: [taken], unknowns, last }: RecipientEnds = { receipts: [], unknowns: [], last: undefined },
  claim: Outcome | undefined,
  fallback: Failure,
): Outcome {
  if (taken !== undefined) return taken;
  if (claim?.success === true || claim?.kind === "unknown") return claim;
  return unknowns.at(-1) ?? claim ?? last ?? fallback;
}

/** What an answer says of one recipient. */
function claimsOf(answer: Outcome | undefined): (key: string) => Outcome | undefined {
  if (answer === undefined) return () => undefined;
  const own = new Map(answer.rejected?.map((one) => [mailboxKey(one.address), one.failure]));
  if (!answer.success) return (key) => own.get(key) ?? withoutRecipients(answer);
  const receipts = answer.receipts ?? [answer];
  const by = new Map(receipts.flatMap((one) => one.accepted.map((address) => [mailboxKey(address), one])));
  return (key) => own.get(key) ?? by.get(key) ?? (answer.receipts === undefined ? undefined : answer);
}

const cut = new WeakMap<Failure, Failure>();

/** A failure as one recipient's: without those of others. Always the same for the same. */
function withoutRecipients(whole: Failure): Failure {
  if (whole.rejected === undefined && whole.failures === undefined) return whole;
  let one = cut.get(whole);
  if (one === undefined) {
    const { provider, kind, reason, code, retryAfterMs, retryable, definite } = whole;
    one = failure({ provider, kind, reason, code, retryAfterMs, retryable, definite });
    cut.set(whole, one);
  }
  return one;
}

function collectEnds(attempts: readonly AttemptState[]): ReadonlyMap<string, RecipientEnds> {
  const all = new Map<string, RecipientEnds>();
  const of = (address: string): RecipientEnds => {
    const key = mailboxKey(address);
    const known = all.get(key) ?? { receipts: [], unknowns: [], last: undefined };
    all.set(key, known);
    return known;
  };
  const fail = (address: string, why: Failure): void => {
    const known = of(address);
    known.last = why;
    if (why.kind === "unknown") known.unknowns.push(why);
  };
  for (const attempt of attempts) {
    const outcome = attempt.outcome ?? lostFailure(attempt);
    if (outcome === undefined) continue;
    for (const one of outcome.success ? (outcome.receipts ?? [outcome]) : [])
      for (const address of one.accepted) of(address).receipts.push(one);
    for (const { address, failure: why } of failuresOf(outcome, attempt.to))
      fail(address, why === outcome ? withoutRecipients(why) : why);
  }
  return all;
}

/** Under way still: only what was not handed over is surely not sent. */
function lostFailure({ handedOver, provider }: AttemptState): Failure | undefined {
  if (!handedOver) return undefined;
  return failure({ provider, kind: "unknown", reason: "nobody waited for the answer to the hand-over" });
}

/** One receipt a provider, the first of it with all recipients it took. */
function mergeReceipts(taken: ReadonlyMap<Receipt, readonly string[]>): readonly Receipt[] {
  const merged = new Map<string, { readonly first: Receipt; readonly accepted: string[] }>();
  for (const [one, accepted] of taken) {
    const same = merged.get(one.provider);
    if (same === undefined) merged.set(one.provider, { first: one, accepted: [...accepted] });
    else same.accepted.push(...accepted);
  }
  return [...merged.values()].map(({ first: { provider, messageId, response }, accepted }) =>
    receipt({ provider, messageId, response, accepted }),
  );
}

/** The failures behind the whole: what the answer names, and what it leaves out or lost. */
function failuresBehind(
  attempts: readonly AttemptState[],
  answer: Outcome | undefined,
  isWhole: boolean,
  receipts: readonly Receipt[],
): readonly Failure[] | undefined {
  const answered = answer?.failures;
  if (isWhole) return answered;
  const last = new Map<string, Failure>();
  for (const { outcome } of attempts) {
    if (outcome === undefined || outcome.success) continue;
    if (outcome.kind !== "unknown" && last.get(outcome.provider)?.kind === "unknown") continue;
    last.set(outcome.provider, withoutRecipients(outcome));
  }
  const has = new Set([...receipts, ...(answered ?? [])].map(({ provider }) => provider));
  const left = [...last.values()].filter(({ kind, provider }) =>
    kind === "unknown" ? !answered?.some((one) => one.provider === provider) : !has.has(provider),
  );
  const all = [...left, ...(answered ?? [])];
  return all.length === 0 ? undefined : all;
}
