import type { Delivery, Failure } from "@relais/core";
import { storable } from "../trace.ts";
import type { Refusal, Standing } from "./settle.ts";

/** What was so before a delivery. */
export interface Before {
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
}

/** No provider of the chain will ever take it for this recipient; anything else may pass. */
const final: ReadonlySet<string> = new Set(["rejected", "refused"]);

/**
 * Where the recipients stand after a delivery to those who still needed the message. A delivery may end before it speaks
 * of anybody by address: then its kind holds for all.
 */
export function standingAfter(before: Before, to: readonly string[], delivery: Delivery): Standing {
  const rejected = [...before.rejected];
  const unknown: string[] = [];
  const pending: string[] = [];
  for (const { address, failure } of delivery.rejected) {
    if (failure.kind === "unknown") unknown.push(address);
    else if (final.has(failure.kind)) rejected.push(refusal(address, failure));
    else pending.push(address);
  }
  const told = new Set([...delivery.accepted, ...delivery.rejected.map(({ address }) => address)]);
  for (const address of to) {
    if (told.has(address)) continue;
    if (delivery.success || !(final.has(delivery.kind) || delivery.kind === "unknown")) pending.push(address);
    else if (delivery.kind === "unknown") unknown.push(address);
    else rejected.push({ address, kind: delivery.kind, reason: storable(delivery.error) });
  }
  return { accepted: [...before.accepted, ...delivery.accepted], rejected, unknown, pending };
}

function refusal(address: string, { kind, reason }: Failure): Refusal {
  return { address, kind, reason: storable(reason) };
}

/** Whether those who are pending were given up by the caller, not refused by a provider: then nothing is to be waited for. */
export function givenUp(delivery: Delivery): boolean {
  return delivery.rejected.some(({ failure }) => failure.kind === "cancelled");
}
