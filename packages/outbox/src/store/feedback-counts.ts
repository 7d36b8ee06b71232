import { type FeedbackType, feedbackTypes, type SuppressionReason, suppressionReasons } from "@relais/core";
import type { Queryable } from "../database/database.ts";
import type { EventRow } from "./events.ts";

/** What a provider told within the last 24 hours, to the hour. */
export interface ProviderFeedback {
  readonly provider: string;
  readonly byType: Readonly<Record<FeedbackType, number>>;
  /** Bounces that were hard. */
  readonly hard: number;
  /**
   * Hard bounces among all that was delivered or bounced; complaints among all that was delivered. Absent where fewer than a
   * hundred deliveries were told, of complaints also where there is a single one among fewer than a thousand.
   */
  readonly bounceRate?: number;
  readonly complaintRate?: number;
  /** When an event came last, within the last week. */
  readonly lastAt: Date;
}

/** Events and suppressions of an outbox, counted. */
export interface FeedbackStats {
  /** In the order of their names. */
  readonly providers: readonly ProviderFeedback[];
  /** Events whose messages are not known yet. */
  readonly early: number;
  /** Entries of the suppression list by reason. */
  readonly suppressed: Readonly<Record<SuppressionReason, number>>;
}

/** Counts events whose messages are known. By one at a time, or two would wait for each other. */
export async function countEvents(
  tx: Queryable,
  events: readonly Pick<EventRow, "provider" | "type" | "bounce">[],
): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into relais.event_count as c (hour, provider, type, bounce, count)
     select date_trunc('hour', clock_timestamp()), provider, type, coalesce(bounce, ''), count(*)
     from unnest($1::text[], $2::text[], $3::text[]) as i (provider, type, bounce) group by 2, 3, 4
     on conflict (hour, provider, type, bounce) do update
       set count = c.count + excluded.count, last_at = excluded.last_at`,
    [
      events.map(({ provider }) => provider),
      events.map(({ type }) => type),
      events.map(({ bounce }) => bounce),
    ],
  );
}

/** Nobody asks for those of more than a week. */
export async function purgeCounts(database: Queryable): Promise<void> {
  await database.query("delete from relais.event_count where hour < now() - interval '8 days'");
}

interface CountRow {
  readonly provider: string;
  readonly type: FeedbackType;
  readonly count: number;
  readonly hard: number;
  readonly last_at: Date;
}

/** Of so few a rate says nothing. */
const minDelivered = 100;
const minDeliveredForOne = 1_000;

export async function readFeedbackStats(database: Queryable): Promise<FeedbackStats> {
  const rows = await database.query<CountRow>(
    `select provider, type, coalesce(sum(count) filter (where day), 0)::float8 as count,
       coalesce(sum(count) filter (where day and bounce = 'hard'), 0)::float8 as hard, max(last_at) as last_at
     from (select *, hour > now() - interval '24 hours' as day from relais.event_count
       where last_at > now() - interval '7 days') as c
     group by provider, type order by provider`,
  );
  const [early] = await database.query<{ count: number }>(
    "select count(*)::float8 as count from relais.event where state = 'early'",
  );
  const reasons = await database.query<{ reason: SuppressionReason; count: number }>(
    `select reason, count(*)::float8 as count from relais.suppression
     where expires_at is null or expires_at > now() group by reason`,
  );
  return {
    providers: [...Map.groupBy(rows, ({ provider }) => provider)].map(providerFeedback),
    early: early?.count ?? 0,
    suppressed: counted(suppressionReasons, (reason) => reasons.find((row) => row.reason === reason)?.count),
  };
}

function counted<K extends string>(
  keys: readonly K[],
  count: (key: K) => number | undefined,
): Readonly<Record<K, number>> {
  return Object.fromEntries(keys.map((key) => [key, count(key) ?? 0])) as Record<K, number>;
}

function providerFeedback([provider, rows]: [string, readonly CountRow[]]): ProviderFeedback {
  const byType = counted(feedbackTypes, (type) => rows.find((row) => row.type === type)?.count);
  const hard = rows.reduce((sum, row) => sum + row.hard, 0);
  const { delivered, bounced, complained } = byType;
  const tellsRate = delivered >= minDelivered;
  const tellsComplaints = tellsRate && (complained !== 1 || delivered >= minDeliveredForOne);
  return {
    provider,
    byType,
    hard,
    ...(tellsRate && { bounceRate: hard / (delivered + bounced) }),
    ...(tellsComplaints && { complaintRate: complained / delivered }),
    lastAt: new Date(Math.max(...rows.map(({ last_at }) => last_at.getTime()))),
  };
}
