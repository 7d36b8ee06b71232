import { InvalidMessage } from "@relais/core";
import { type UnknownPolicy, unknownPolicies } from "../store/states.ts";
import type { Transaction } from "./transactions.ts";

export interface EnqueueOptions {
  /**
   * The caller's own transaction: the message is there if it commits, and is not if it does not. A client of `pg`, a
   * transaction of PGlite or of `outbox.database` as it is; those of an ORM by `fromDrizzle`, `fromKnex`, `fromKysely`
   * or `fromPrisma`.
   */
  readonly tx?: Transaction | undefined;
  /** Not before then. A `Date`, or ISO 8601 with its zone: `2031-12-24T09:00:00Z`, `…+01:00`. @defaultValue now */
  readonly sendAt?: Date | string | undefined;
  /** -3 to 3; higher first. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** The second message with a key that its tenant has used is not a new one. 1 to 512 characters. */
  readonly idempotencyKey?: string | undefined;
  /** Whose message it is; tenants are served in turn. 1 to 100 characters. @defaultValue `"default"` */
  readonly tenant?: string | undefined;
  /** After this long it is not sent any more, ms from `sendAt`. @defaultValue 3 days */
  readonly expiresInMs?: number | undefined;
  /** What to do when nobody knows whether a provider took it. @defaultValue `"hold"` */
  readonly onUnknown?: UnknownPolicy | undefined;
}

/** `EnqueueOptions` in the words of the function `relais.enqueue`. */
export interface EnqueueFields {
  readonly tenant: string;
  readonly idempotencyKey?: string | undefined;
  readonly priority: number;
  readonly sendAt?: string | undefined;
  readonly expiresAt: string;
  readonly onUnknown: UnknownPolicy;
}

const known = ["tx", "sendAt", "priority", "idempotencyKey", "tenant", "expiresInMs", "onUnknown"];
const threeDaysMs = 3 * 86_400_000;

function name(field: string, value: unknown, most: number): string {
  if (typeof value !== "string" || value.length === 0 || value.length > most || /[\0-\x1f\x7f]/.test(value)) {
    throw new InvalidMessage(field, `must be a text of 1 to ${most} characters, without control characters`);
  }
  return value.toWellFormed();
}

const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?:Z|([+-]\d\d):?(\d\d)?)$/i;

/** A time without a zone means another moment in each process: here, in the database, on another machine. */
function time(value: unknown): Date {
  const date = value instanceof Date ? new Date(value) : written(value);
  const year = date.getUTCFullYear();
  if (!(year >= 1970 && year <= 9999)) {
    const fault = "must be a date, or a time of ISO 8601 with its zone, as in 2031-12-24T09:00:00Z";
    throw new InvalidMessage("sendAt", fault);
  }
  return date;
}

function written(value: unknown): Date {
  const [, day, clock, hours, minutes = "00"] = (typeof value === "string" && iso.exec(value)) || [];
  // There is no 30 February, whatever `Date` makes of it.
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) {
    return new Date(Number.NaN);
  }
  return new Date(`${day}T${clock}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
}

/** When it is to be sent, ms since 1970. @throws {InvalidMessage} */
export function dueAt({ sendAt }: EnqueueOptions): number | undefined {
  return sendAt === undefined ? undefined : time(sendAt).getTime();
}

/** @throws {InvalidMessage} one sentence that names the option and what is wrong with it */
export function enqueueFields(options: EnqueueOptions, id: string | undefined): EnqueueFields {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new InvalidMessage(key, `is not an option of enqueue; there are ${known.join(", ")}`);
    }
  }
  const { tenant = "default", priority = 0, expiresInMs = threeDaysMs, onUnknown = "hold" } = options;
  const key = options.idempotencyKey ?? id;
  const sendAt = options.sendAt === undefined ? undefined : time(options.sendAt);
  if (!Number.isInteger(priority) || priority < -3 || priority > 3) {
    throw new InvalidMessage("priority", "must be a whole number from -3 to 3");
  }
  if (typeof expiresInMs !== "number" || !(expiresInMs >= 1) || expiresInMs > 100 * 365 * 86_400_000) {
    throw new InvalidMessage("expiresInMs", "must be a number of milliseconds of at least 1");
  }
  if (!unknownPolicies.includes(onUnknown)) {
    throw new InvalidMessage("onUnknown", `must be one of ${unknownPolicies.join(", ")}`);
  }
  return {
    tenant: name("tenant", tenant, 100),
    ...(key === undefined ? {} : { idempotencyKey: name("idempotencyKey", key, 512) }),
    priority,
    ...(sendAt === undefined ? {} : { sendAt: sendAt.toISOString() }),
    expiresAt: new Date((sendAt?.getTime() ?? Date.now()) + expiresInMs).toISOString(),
    onUnknown,
  };
}
