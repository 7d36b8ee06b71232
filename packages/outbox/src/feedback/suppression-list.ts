import type { SuppressionEntry, SuppressionInput, SuppressionList, SuppressionRemoval } from "@relais/core";
import { suppressionReasons } from "@relais/core";
import { suppressionEntry } from "@relais/core/spi";
import type { Database } from "../database/database.ts";
import { retryConflict } from "../database/retry-conflict.ts";
import { readEvents, type StoredEvent } from "../store/events.ts";
import {
  addressKey,
  checkSuppressed,
  listSuppressions,
  removeSuppressions,
  type StoredSuppression,
  type SuppressedRow,
  type SuppressionFilter,
  type SuppressionRow,
  suppressedOf,
  type TenantAddress,
  writeSuppressions,
} from "../store/suppression.ts";
import { toPgText } from "../store/trace.ts";
import { batch } from "../worker/batching.ts";

export interface SuppressionListOptions extends SuppressionFilter {
  /** 1 to 1000. @defaultValue 100 */
  readonly limit?: number | undefined;
  /** The last entry of the page before. */
  readonly after?: Pick<SuppressionEntry, "tenant" | "address" | "stream" | "reason"> | undefined;
}

/** An address with all that is known of it. */
export interface SuppressionHistory {
  readonly entries: readonly SuppressionEntry[];
  /** The last hundred, in the order in which they happened. */
  readonly events: readonly StoredEvent[];
}

/** The suppression list of an outbox: what events put there, and what people do. */
export interface OutboxSuppression extends SuppressionList {
  list(options?: SuppressionListOptions): Promise<readonly SuppressionEntry[]>;
  show(address: string, which?: Pick<SuppressionRemoval, "tenant">): Promise<SuppressionHistory>;
  /** @throws {TypeError | RangeError} one sentence */
  add(entry: string | SuppressionInput): Promise<void>;
  /** @returns what was removed */
  remove(address: string, which?: SuppressionRemoval): Promise<readonly SuppressionEntry[]>;
  /** Adds many, some hundreds in a transaction. @returns how many @throws {TypeError | RangeError} one is wrong; those before it may have been added */
  import(entries: Iterable<SuppressionInput> | AsyncIterable<SuppressionInput>): Promise<number>;
  /** All entries that match, in the order of tenants and addresses. */
  export(filter?: SuppressionFilter): AsyncIterable<SuppressionEntry>;
}

const pageSize = 1_000;

export function suppressionList(database: Database): OutboxSuppression {
  // Of messages that are sent at the same moment in one statement.
  const find = batch<readonly TenantAddress[], readonly SuppressedRow[]>(async (asked) => {
    const all = asked.flat();
    const rows = await checkSuppressed(database, all);
    if (rows.length === 0) return asked.map(() => rows);
    const byKey = Map.groupBy(rows, keyOf);
    return asked.map((some) => some.flatMap((one) => byKey.get(keyOf(one)) ?? []));
  });
  const write = async (entries: readonly SuppressionEntry[]): Promise<void> => {
    const rows = new Map<string, SuppressionRow>();
    // The last one of each key: a file may name an address twice.
    for (const entry of entries)
      rows.set(JSON.stringify([entry.tenant, entry.address, entry.stream, entry.reason]), rowOf(entry));
    await retryConflict(() => database.transaction((tx) => writeSuppressions(tx, [...rows.values()])));
  };
  const list = async (filter: SuppressionFilter, limit: number, after?: SuppressionListOptions["after"]) => {
    const from = after === undefined ? undefined : { ...after, stream: after.stream ?? "" };
    return (await listSuppressions(database, filterOf(filter), limit, from)).map(entryOf);
  };

  return Object.freeze({
    async check(recipients, scope) {
      const { tenant = "default" } = scope;
      const rows = await find(recipients.map((one) => ({ tenant, address: addressKey(one) })));
      return suppressedOf(rows, recipients, scope);
    },
    async list({ limit = 100, after, ...filter } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
        throw new TypeError("limit must be a whole number from 1 to 1000");
      return list(filter, limit, after);
    },
    async show(address, { tenant } = {}) {
      const key = addressKey(address);
      const events = await readEvents(database, { recipient: key, tenant, limit: 100 });
      return { entries: await list({ address: key, tenant }, pageSize), events };
    },
    add: async (entry) => write([suppressionEntry(entry, Date.now())]),
    async remove(address, { tenant = "default", stream, reason } = {}) {
      const filter = filterOf({ tenant, stream, reason });
      const removed = await removeSuppressions(database, { ...filter, address: addressKey(address) });
      return removed.map(entryOf);
    },
    async import(entries) {
      let count = 0;
      let some: SuppressionEntry[] = [];
      for await (const entry of entries) {
        some.push(suppressionEntry(entry, Date.now()));
        count += 1;
        if (some.length < pageSize) continue;
        await write(some);
        some = [];
      }
      await write(some);
      return count;
    },
    async *export(filter = {}) {
      for (let after: SuppressionEntry | undefined; ; ) {
        const page = await list(filter, pageSize, after);
        yield* page;
        after = page.at(-1);
        if (page.length < pageSize) return;
      }
    },
  } satisfies OutboxSuppression);
}

const keyOf = ({ tenant, address }: TenantAddress): string => `${tenant}\n${address}`;

/** @throws {TypeError} there is no such reason */
function filterOf(filter: SuppressionFilter): SuppressionFilter {
  const { address, reason } = filter;
  if (reason !== undefined && !suppressionReasons.includes(reason))
    throw new TypeError(`reason must be one of ${suppressionReasons.join(", ")}`);
  return address === undefined ? filter : { ...filter, address: addressKey(address) };
}

function rowOf({ stream = "", source, first, last, expiresAt, ...entry }: SuppressionEntry): SuppressionRow {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    ...entry,
    stream: toPgText(stream),
    soft: false,
    source: source === undefined ? null : toPgText(source),
    first_at: iso(first),
    last_at: iso(last),
    expires_at: expiresAt === undefined ? null : iso(expiresAt),
  };
}

function entryOf(row: StoredSuppression): SuppressionEntry {
  const { tenant, address, stream, reason, source, first_at, last_at, expires_at, count } = row;
  return Object.freeze({
    address,
    tenant,
    ...(stream === "" ? {} : { stream }),
    reason,
    ...(source === null ? {} : { source }),
    first: first_at.getTime(),
    last: last_at.getTime(),
    ...(expires_at === null ? {} : { expiresAt: expires_at.getTime() }),
    count,
  });
}
