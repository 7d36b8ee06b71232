import { numberOption } from "../runtime/options.ts";
import {
  type Suppressed,
  type SuppressionList,
  type SuppressionReason,
  suppressionKey,
  suppressionReasons,
} from "./suppression.ts";

/** One line of a list: an address, whom it is suppressed for, and why. An address may have one for each reason. */
export interface SuppressionEntry {
  /** In lower case. */
  readonly address: string;
  readonly tenant: string;
  /** Absent: of every stream. */
  readonly stream?: string;
  readonly reason: SuppressionReason;
  /** What put it there: `sns`, `import:postmark`, `operator:ann`. */
  readonly source?: string;
  /** When it was put there first, and last, ms since 1970. */
  readonly first: number;
  readonly last: number;
  /** It does not count any more from then on, ms since 1970; absent: never. */
  readonly expiresAt?: number;
  /** How often it was put there. */
  readonly count: number;
}

/** An address to be put on a list. */
export interface SuppressionInput {
  readonly address: string;
  /** @defaultValue `default` */
  readonly tenant?: string | undefined;
  /** @defaultValue every stream */
  readonly stream?: string | undefined;
  /** @defaultValue `manual` */
  readonly reason?: SuppressionReason | undefined;
  readonly source?: string | undefined;
  /** Since when, ms since 1970. @defaultValue now */
  readonly since?: number | undefined;
  /** Ms since 1970. @defaultValue never */
  readonly expiresAt?: number | undefined;
}

/** Which entries of an address are taken from a list. */
export interface SuppressionRemoval {
  /** @defaultValue `default` */
  readonly tenant?: string | undefined;
  /** Only that of this stream. @defaultValue those of all streams */
  readonly stream?: string | undefined;
  /** @defaultValue every reason */
  readonly reason?: SuppressionReason | undefined;
}

/** A list in memory: for one process, and gone with it. */
export interface MemorySuppression extends SuppressionList {
  /** @throws {TypeError | RangeError} one sentence */
  add(...entries: readonly (string | SuppressionInput)[]): void;
  /** @returns how many entries there were */
  remove(address: string, which?: SuppressionRemoval): number;
  entries(): readonly SuppressionEntry[];
}

/** @throws {TypeError | RangeError} one sentence that names the field and what is wrong with it */
export function suppressionEntry(input: string | SuppressionInput, now: number): SuppressionEntry {
  const given: SuppressionInput = typeof input === "string" ? { address: input } : input;
  const { tenant = "default", stream, reason = "manual", source } = given;
  const address = typeof given.address === "string" ? suppressionKey(given.address) : "";
  if (
    !/^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(address.replace(/^"[^"\p{Cc}]*"/u, "quoted")) ||
    address.length > 320
  )
    throw new TypeError("suppression: address must be an address, as in ann@example.org");
  for (const [name, value] of Object.entries({ tenant, stream, source })) {
    if (value !== undefined && !(typeof value === "string" && /^\P{Cc}{1,100}$/u.test(value)))
      throw new TypeError(`suppression: ${name} must be a text of 1 to 100 characters`);
  }
  if (!suppressionReasons.includes(reason))
    throw new TypeError(`suppression: reason must be one of ${suppressionReasons.join(", ")}`);
  const times = { min: 0, max: 8.64e15 };
  const first = numberOption("suppression: since", given.since, now, times);
  const { expiresAt } = given;
  return {
    address,
    tenant,
    ...(stream === undefined ? {} : { stream }),
    reason,
    ...(source === undefined ? {} : { source }),
    first,
    last: first,
    ...(expiresAt === undefined
      ? {}
      : { expiresAt: numberOption("suppression: expiresAt", expiresAt, now, times) }),
    count: 1,
  };
}

/** The same entry once more: of two expiries the later one holds. */
function merged(before: SuppressionEntry, { expiresAt, ...entry }: SuppressionEntry): SuppressionEntry {
  const { expiresAt: until, ...known } = before;
  return {
    ...known,
    ...entry,
    first: Math.min(before.first, entry.first),
    last: Math.max(before.last, entry.last),
    ...(until === undefined || expiresAt === undefined ? {} : { expiresAt: Math.max(until, expiresAt) }),
    count: before.count + 1,
  };
}

/** A suppression list in memory. */
export function memorySuppression(entries: readonly (string | SuppressionInput)[] = []): MemorySuppression {
  const all = new Map<string, SuppressionEntry[]>();
  const keyOf = (tenant: string, address: string): string => `${tenant}\n${suppressionKey(address)}`;
  const add: MemorySuppression["add"] = (...added) => {
    for (const input of added) {
      const entry = suppressionEntry(input, Date.now());
      const key = keyOf(entry.tenant, entry.address);
      const known = all.get(key) ?? [];
      const at = known.findIndex((one) => one.stream === entry.stream && one.reason === entry.reason);
      if (at < 0) known.push(entry);
      else known[at] = merged(known[at] as SuppressionEntry, entry);
      all.set(key, known);
    }
  };
  add(...entries);
  return {
    add,
    remove(address, { tenant = "default", stream, reason } = {}) {
      const key = keyOf(tenant, address);
      const known = all.get(key) ?? [];
      const kept = known.filter(
        (one) =>
          (stream !== undefined && one.stream !== stream) || (reason !== undefined && one.reason !== reason),
      );
      if (kept.length === 0) all.delete(key);
      else all.set(key, kept);
      return known.length - kept.length;
    },
    entries: () => [...all.values()].flat(),
    async check(recipients, { tenant = "default", stream, ignore }) {
      const found = new Map<string, Suppressed>();
      const now = Date.now();
      for (const address of recipients) {
        const heeded = (all.get(keyOf(tenant, address)) ?? []).filter(
          (one) =>
            (one.stream === undefined || one.stream === stream) &&
            (one.expiresAt === undefined || one.expiresAt > now) &&
            ignore?.includes(one.reason) !== true,
        );
        const [first] = heeded.sort(
          (a, b) => suppressionReasons.indexOf(a.reason) - suppressionReasons.indexOf(b.reason),
        );
        if (first !== undefined) found.set(address, { reason: first.reason, since: first.first });
      }
      return found;
    },
  };
}
