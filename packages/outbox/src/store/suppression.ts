import {
  type Suppressed,
  type SuppressionReason,
  type SuppressionScope,
  suppressionKey,
  suppressionReasons,
} from "@relais/core";
import type { Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { toPgText } from "./trace.ts";

/** An address of a tenant. */
export interface TenantAddress {
  readonly tenant: string;
  readonly address: string;
}

export interface SuppressedRow extends TenantAddress {
  /** Empty: of every stream. */
  readonly stream: string;
  readonly reason: SuppressionReason;
  readonly first_at: Date | string;
}

/** Of addresses on the list, those that a message heeds, each by its weightiest reason. */
export function suppressedOf(
  rows: readonly SuppressedRow[],
  recipients: readonly string[],
  { stream = "", ignore }: SuppressionScope,
): ReadonlyMap<string, Suppressed> {
  const found = new Map<string, Suppressed>();
  if (rows.length === 0) return found;
  const weightOf = ({ reason }: SuppressedRow): number => suppressionReasons.indexOf(reason);
  for (const recipient of recipients) {
    const address = addressKey(recipient);
    const [first] = rows
      .filter(
        (row) =>
          row.address === address &&
          (row.stream === "" || row.stream === stream) &&
          ignore?.includes(row.reason) !== true,
      )
      .sort((a, b) => weightOf(a) - weightOf(b));
    if (first !== undefined)
      found.set(recipient, { reason: first.reason, since: new Date(first.first_at).getTime() });
  }
  return found;
}

export const addressKey = (address: string): string => toPgText(suppressionKey(address));

const checkSql = prepared(`select s.tenant, s.address, s.stream, s.reason, s.first_at
  from unnest($1::text[], $2::text[]) as i (tenant, address)
  join relais.suppression s on s.tenant = i.tenant and s.address = i.address
  where s.expires_at is null or s.expires_at > now()`);

/** What is on the list of these addresses, of many messages at once. */
export function checkSuppressed(
  database: Queryable,
  addresses: readonly TenantAddress[],
): Promise<readonly SuppressedRow[]> {
  return database.query<SuppressedRow>(checkSql, [
    addresses.map(({ tenant }) => tenant),
    addresses.map(({ address }) => address),
  ]);
}

/** A suppression as it is written. */
export interface SuppressionRow extends TenantAddress {
  readonly stream: string;
  readonly reason: SuppressionReason;
  /** By soft bounces only: a delivery takes it back. */
  readonly soft: boolean;
  readonly source: string | null;
  /** ISO 8601. */
  readonly first_at: string;
  readonly last_at: string;
  readonly expires_at: string | null;
  readonly count: number;
}

const columns = "tenant, address, stream, reason, soft, source, first_at, last_at, expires_at, count";

/**
 * The same reason once more counts; of two expiries the later one holds. What is on the list by soft bounces alone is
 * written anew.
 */
const writeSql = `insert into relais.suppression as s (${columns})
  select ${columns} from jsonb_to_recordset($1::jsonb) as i(tenant text, address text, stream text, reason text,
    soft boolean, source text, first_at timestamptz, last_at timestamptz, expires_at timestamptz, count int)
  order by tenant, address, stream, reason
  on conflict (tenant, address, stream, reason) do update set
    soft = excluded.soft,
    source = case when s.soft or excluded.last_at >= s.last_at then excluded.source else s.source end,
    first_at = case when s.soft then excluded.first_at else least(s.first_at, excluded.first_at) end,
    last_at = case when s.soft then excluded.last_at else greatest(s.last_at, excluded.last_at) end,
    expires_at = case when s.soft then excluded.expires_at
      when s.expires_at is not null and excluded.expires_at is not null then greatest(s.expires_at, excluded.expires_at) end,
    count = case when s.soft then excluded.count else s.count + excluded.count end
  where s.soft or not excluded.soft`;

/** @param rows each key once */
export async function writeSuppressions(tx: Queryable, rows: readonly SuppressionRow[]): Promise<void> {
  if (rows.length > 0) await tx.query(writeSql, [JSON.stringify(rows)]);
}

/** The soft bounces of an address since mail was last delivered to it. */
export interface SoftBounces extends TenantAddress {
  /** Messages that bounced, within the window that ends with the last of them. */
  readonly count: number;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  readonly source: string | null;
  /** Whether it is on the list for soft bounces alone. */
  readonly listed: boolean;
}

/** By what is stored, so that it is the same in whichever order events come. */
export function softBounces(
  tx: Queryable,
  addresses: readonly TenantAddress[],
  windowMs: number,
): Promise<readonly SoftBounces[]> {
  return tx.query<SoftBounces>(
    `with bounces as materialized (
       select i.tenant, i.address, e.at, e.source, coalesce(e.message::text, e.event_id) as message
       from unnest($1::text[], $2::text[]) as i (tenant, address)
         join relais.event e on e.recipient = i.address and e.tenant = i.tenant
       where e.type = 'bounced' and e.bounce is distinct from 'hard' and not exists (select 1 from relais.event d
         where d.recipient = i.address and d.tenant = i.tenant and d.type = 'delivered' and d.at >= e.at))
     select i.tenant, i.address, count(distinct b.message)::int as count, min(b.at) as first_at, max(b.at) as last_at,
       (array_agg(b.source order by b.at desc))[1] as source, exists (select 1 from relais.suppression s
         where s.tenant = i.tenant and s.address = i.address and s.reason = 'bounced' and s.stream = '' and s.soft) as listed
     from unnest($1::text[], $2::text[]) as i (tenant, address)
       left join bounces b on b.tenant = i.tenant and b.address = i.address and b.at > (select max(l.at) from bounces l
         where l.tenant = i.tenant and l.address = i.address) - $3::float8 * interval '1 millisecond'
     group by i.tenant, i.address`,
    [addresses.map(({ tenant }) => tenant), addresses.map(({ address }) => address), windowMs],
  );
}

/** Which of these are on the list for soft bounces alone. */
export function softlySuppressed(
  tx: Queryable,
  addresses: readonly TenantAddress[],
): Promise<readonly TenantAddress[]> {
  return tx.query<SuppressionRow>(
    `select s.tenant, s.address from unnest($1::text[], $2::text[]) as i (tenant, address)
     join relais.suppression s on s.tenant = i.tenant and s.address = i.address
     where s.reason = 'bounced' and s.soft`,
    [addresses.map(({ tenant }) => tenant), addresses.map(({ address }) => address)],
  );
}

/** Takes addresses from the list that are on it for soft bounces alone. */
export async function removeSoft(tx: Queryable, addresses: readonly TenantAddress[]): Promise<void> {
  await tx.query(
    `delete from relais.suppression s using unnest($1::text[], $2::text[]) as i (tenant, address)
     where s.tenant = i.tenant and s.address = i.address and s.reason = 'bounced' and s.soft`,
    [addresses.map(({ tenant }) => tenant), addresses.map(({ address }) => address)],
  );
}

/** Which entries of a list: those that match all that is given. */
export interface SuppressionFilter {
  readonly tenant?: string | undefined;
  readonly stream?: string | undefined;
  readonly address?: string | undefined;
  readonly reason?: SuppressionReason | undefined;
  readonly source?: string | undefined;
}

function whereSql(filter: SuppressionFilter, values: unknown[]): string {
  const parts = ["true"];
  for (const column of ["tenant", "stream", "address", "reason", "source"] as const) {
    const value = filter[column];
    if (value === undefined) continue;
    values.push(value);
    parts.push(`s.${column} = $${values.length}`);
  }
  return parts.join(" and ");
}

export type StoredSuppression = Omit<SuppressionRow, "first_at" | "last_at" | "expires_at"> & {
  readonly first_at: Date;
  readonly last_at: Date;
  readonly expires_at: Date | null;
};

/** Entries that have not expired, in the order of their keys. @param after the last one of the page before */
export function listSuppressions(
  database: Queryable,
  filter: SuppressionFilter,
  limit: number,
  after?: Pick<SuppressionRow, "tenant" | "address" | "stream" | "reason">,
): Promise<readonly StoredSuppression[]> {
  const values: unknown[] = [limit];
  let where = `${whereSql(filter, values)} and (s.expires_at is null or s.expires_at > now())`;
  if (after !== undefined) {
    const { tenant, address, stream, reason } = after;
    const at = values.push(tenant, address, stream, reason) - 3;
    where += ` and (tenant, address, stream, reason) > ($${at}, $${at + 1}, $${at + 2}, $${at + 3})`;
  }
  return database.query<StoredSuppression>(
    `select ${columns} from relais.suppression s where ${where} order by tenant, address, stream, reason limit $1`,
    values,
  );
}

/** @returns what was removed */
export function removeSuppressions(
  database: Queryable,
  filter: SuppressionFilter & { readonly address: string },
): Promise<readonly StoredSuppression[]> {
  const values: unknown[] = [];
  const where = whereSql(filter, values);
  return database.query<StoredSuppression>(
    `delete from relais.suppression s where ${where} returning ${columns}`,
    values,
  );
}

export async function deleteExpired(database: Queryable): Promise<void> {
  await database.query("delete from relais.suppression where expires_at < now() - interval '1 day'");
}
