import type { Delivery, Failure } from "@relais/core";
import type { UnknownPolicy } from "../store/states.ts";
import { type Resolution, storable } from "../store/trace.ts";

/** What was so before a delivery. */
interface Before {
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

/** Where the recipients of a message stand, once nobody is being asked. Every one is in exactly one of the lists. */
export interface Standing {
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  /** Nobody knows whether they have it. */
  readonly unknown: readonly string[];
  /** Surely do not have it, and may be tried again. */
  readonly pending: readonly string[];
}

/** A recipient who will not get the message, and why, without addresses. */
export interface Refusal {
  readonly address: string;
  readonly kind: string;
  readonly reason: string;
}

/** What else decides. Times in ms since 1970. */
export interface Circumstances {
  readonly now: number;
  readonly expiresAt: number;
  readonly onUnknown: UnknownPolicy;
  /** How long those who are pending wait before they are tried again, ms; 0 if they were not really tried. */
  readonly retryAfterMs: number;
}

/** What becomes of the message. */
export interface Settlement extends Standing {
  readonly state: "queued" | "deferred" | "sent" | "partial" | "unknown" | "failed" | "expired";
  /** How long it waits: the stamp is made by the database, when this is written. */
  readonly retryAfterMs?: number;
  readonly resolution?: Resolution;
}

/** The one place where it is decided what becomes of a message after a delivery, a loss or a late answer. */
export function settle(standing: Standing, circumstances: Circumstances): Settlement {
  const { now, onUnknown } = circumstances;
  if (standing.unknown.length === 0) return conclude(standing, circumstances);
  if (onUnknown === "hold") return { ...standing, state: "unknown" };
  const at = new Date(now).toISOString();
  const { accepted, pending, unknown } = standing;
  if (onUnknown === "assume_sent") {
    const assumed = { ...standing, accepted: [...accepted, ...unknown], unknown: [] };
    return { ...conclude(assumed, circumstances), resolution: { by: "policy", as: "sent", at } };
  }
  const again = { ...standing, pending: [...pending, ...unknown], unknown: [] };
  return { ...conclude(again, circumstances), resolution: { by: "policy", as: "resend", at } };
}

function conclude(standing: Standing, { now, expiresAt, retryAfterMs }: Circumstances): Settlement {
  const { accepted, rejected, pending } = standing;
  if (pending.length === 0) {
    if (accepted.length === 0) return { ...standing, state: "failed" };
    return { ...standing, state: rejected.length === 0 ? "sent" : "partial" };
  }
  if (now + retryAfterMs >= expiresAt) {
    const late = pending.map((address) => ({ address, kind: "expired", reason: "its time was over" }));
    const rest = { ...standing, pending: [], rejected: [...rejected, ...late] };
    return { ...rest, state: accepted.length === 0 ? "expired" : "partial" };
  }
  if (retryAfterMs === 0) return { ...standing, state: "queued" };
  return { ...standing, state: "deferred", retryAfterMs };
}
