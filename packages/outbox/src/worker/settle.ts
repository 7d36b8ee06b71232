import type { UnknownPolicy } from "../state.ts";
import type { Resolution } from "../trace.ts";

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
