import type { Delivery, Failure } from "@relais/core";
import type { Decision } from "../store/completions.ts";
import type { RecipientStatus, Refusal, UnknownPolicy } from "../store/message.ts";
import { storable } from "../store/trace.ts";

/** What decides besides the status of the recipients. Times in ms since 1970. */
export interface DecisionInput {
  readonly now: number;
  readonly expiresAt: number;
  readonly onUnknown: UnknownPolicy;
  /** How long those who are pending wait before they are tried again, ms; 0 if they were not really tried. */
  readonly retryAfterMs: number;
}

/** The one place where it is decided what becomes of a message after a delivery, a loss or a late result. */
export function decide(status: RecipientStatus, input: DecisionInput): Decision {
  const { accepted, pending, unknown } = status;
  if (unknown.length === 0) return decideKnown(status, input);
  if (input.onUnknown === "hold") return { ...status, state: "unknown" };
  const at = new Date(input.now).toISOString();
  if (input.onUnknown === "assume_sent") {
    const assumed = { ...status, accepted: [...accepted, ...unknown], unknown: [] };
    return { ...decideKnown(assumed, input), resolution: { by: "policy", as: "sent", at } };
  }
  const again = { ...status, pending: [...pending, ...unknown], unknown: [] };
  return { ...decideKnown(again, input), resolution: { by: "policy", as: "resend", at } };
}

function decideKnown(status: RecipientStatus, { now, expiresAt, retryAfterMs }: DecisionInput): Decision {
  const { accepted, rejected, pending } = status;
  if (pending.length === 0) {
    if (accepted.length === 0) return { ...status, state: "failed" };
    return { ...status, state: rejected.length === 0 ? "sent" : "partial" };
  }
  if (now + retryAfterMs >= expiresAt) {
    const expired = pending.map((address) => ({ address, kind: "expired", reason: "its time was over" }));
    const state = accepted.length === 0 ? "expired" : "partial";
    return { ...status, pending: [], rejected: [...rejected, ...expired], state };
  }
  if (retryAfterMs === 0) return { ...status, state: "queued" };
  return { ...status, state: "deferred", retryAfterMs };
}

/** No provider of the chain will ever take it for this recipient; anything else may pass. */
const permanent: ReadonlySet<string> = new Set(["rejected", "refused"]);

/**
 * The status of the recipients after a delivery to those who still needed the message. A delivery may end before it
 * names anybody by address: then its kind holds for all.
 */
export function statusAfter(
  before: Pick<RecipientStatus, "accepted" | "rejected">,
  to: readonly string[],
  delivery: Delivery,
): RecipientStatus {
  const rejected = [...before.rejected];
  const unknown: string[] = [];
  const pending: string[] = [];
  const add = (address: string, { kind, reason }: Pick<Failure, "kind" | "reason">): void => {
    if (kind === "unknown") unknown.push(address);
    else if (permanent.has(kind)) rejected.push({ address, kind, reason: storable(reason) });
    else pending.push(address);
  };
  for (const { address, failure } of delivery.rejected) add(address, failure);
  const named = new Set([...delivery.accepted, ...delivery.rejected.map(({ address }) => address)]);
  for (const address of to) {
    if (named.has(address)) continue;
    if (delivery.success) pending.push(address);
    else add(address, { kind: delivery.kind, reason: delivery.error });
  }
  return { accepted: [...before.accepted, ...delivery.accepted], rejected, unknown, pending };
}

/** A message that is given up: nobody who is pending will get it. */
export function giveUp(
  { accepted, rejected, pending }: RecipientStatus,
  kind: string,
  reason: string,
): Decision {
  const refusals: Refusal[] = pending.map((address) => ({ address, kind, reason }));
  const state = accepted.length === 0 ? "failed" : "partial";
  return { state, accepted, rejected: [...rejected, ...refusals], unknown: [], pending: [] };
}
