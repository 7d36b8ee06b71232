import { InvalidMessage } from "@relais/core";
import { type UnknownPolicy, unknownPolicies } from "../store/message.ts";
import type { Transaction } from "./transactions.ts";

export interface EnqueueOptions {
  /**
   * The caller's own transaction: the message is there if it commits, and is not if it does not. A client of `pg`, a
   * transaction of PGlite or of `outbox.database` as it is; those of an ORM by `fromDrizzle`, `fromKnex`, `fromKysely`,
   * `fromMikroOrm`, `fromPrisma`, `fromSequelize` or `fromTypeOrm`.
   */
  readonly tx?: Transaction | null | undefined;
  /** Not before then. A `Date`, or ISO 8601 with its zone: `2031-12-24T09:00:00Z`, `…+01:00`. @defaultValue now */
  readonly sendAt?: Date | string | null | undefined;
  /** -3 to 3; higher first. @defaultValue 0 */
  readonly priority?: number | null | undefined;
  /** The second message with a key that its tenant has used is not a new one. 1 to 512 characters. */
  readonly idempotencyKey?: string | null | undefined;
  /** Whose message it is; tenants are served in turn. 1 to 100 characters. @defaultValue `"default"` */
  readonly tenant?: string | null | undefined;
  /** After this long it is not sent any more, ms from `sendAt`. @defaultValue 3 days */
  readonly expiresInMs?: number | null | undefined;
  /** What to do when it is unknown whether a provider took it. @defaultValue `"hold"` */
  readonly onUnknown?: UnknownPolicy | null | undefined;
}

const threeDaysMs = 3 * 86_400_000;
const hundredYearsMs = 100 * 365 * 86_400_000;

/** `EnqueueOptions`, checked and complete. */
export interface EnqueueSettings {
  readonly tx: Transaction | undefined;
  readonly sendAt: Date | undefined;
  readonly priority: number;
  readonly idempotencyKey: string | undefined;
  readonly tenant: string;
  readonly expiresInMs: number;
  readonly onUnknown: UnknownPolicy;
}

/** Every option there is: its default and its check. */
const checks: { readonly [K in keyof EnqueueSettings]: (value: unknown) => EnqueueSettings[K] } = {
  tx: (value: unknown) => value as Transaction | undefined,
  sendAt: (value: unknown) => (value === undefined ? undefined : checkTime(value)),
  priority: (value: unknown = 0) => {
    const is = Number.isInteger(value) && (value as number) >= -3 && (value as number) <= 3;
    return check("priority", value as number, is, "must be a whole number from -3 to 3");
  },
  idempotencyKey: (value: unknown) => (value === undefined ? undefined : checkKey(value)),
  tenant: (value: unknown = "default") => checkName("tenant", value, 100),
  expiresInMs: (value: unknown = threeDaysMs) => {
    const is = typeof value === "number" && value >= 1 && value <= hundredYearsMs;
    return check("expiresInMs", value as number, is, "must be a number of milliseconds of at least 1");
  },
  onUnknown: (value: unknown = "hold") => {
    const is = unknownPolicies.includes(value as UnknownPolicy);
    return check("onUnknown", value as UnknownPolicy, is, `must be one of ${unknownPolicies.join(", ")}`);
  },
};

/** @throws {InvalidMessage} one sentence that names the option and what is wrong with it */
export function enqueueSettings(options: EnqueueOptions): EnqueueSettings {
  const names = Object.keys(checks);
  const extra = Object.keys(options).find((key) => !names.includes(key));
  if (extra !== undefined) {
    throw new InvalidMessage(extra, `is not an option of enqueue; there are ${names.join(", ")}`);
  }
  // `null` is absent, as in a message.
  const values = Object.entries(checks).map(([key, one]) => [
    key,
    one(options[key as keyof EnqueueOptions] ?? undefined),
  ]);
  return Object.fromEntries(values);
}

/** An idempotency key: an option, or the message's own id. */
export const checkKey = (value: unknown): string => checkName("idempotencyKey", value, 512);

function check<T>(field: string, value: T, isValid: boolean, fault: string): T {
  if (!isValid) throw new InvalidMessage(field, fault);
  return value;
}

function checkName(field: string, value: unknown, max: number): string {
  const is = typeof value === "string" && value.length > 0 && value.length <= max;
  const fault = `must be a text of 1 to ${max} characters, without control characters`;
  return check(field, value as string, is && !/[\0-\x1f\x7f]/.test(value), fault).toWellFormed();
}

/** A time without a zone means another moment in each process: here, in the database, on another machine. */
function checkTime(value: unknown): Date {
  const date = value instanceof Date ? new Date(value) : parseTime(value);
  const year = date.getUTCFullYear();
  const fault = "must be a date, or a time of ISO 8601 with its zone, as in 2031-12-24T09:00:00Z";
  return check("sendAt", date, year >= 1970 && year <= 9999, fault);
}

const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?:Z|([+-]\d\d):?(\d\d)?)$/i;

function parseTime(value: unknown): Date {
  const [, day, clock, hours, minutes = "00"] = (typeof value === "string" && iso.exec(value)) || [];
  // `Date` takes 30 February for 1 or 2 March.
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) {
    return new Date(Number.NaN);
  }
  return new Date(`${day}T${clock}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
}
