import { PgBoss } from "pg-boss";
import type { Database, Queryable } from "../database/database.ts";
import type { ClaimedMessage } from "./claims.ts";
import { queueSchema } from "./migrations.ts";

/** A worker's sign of life, under which it claims: an active job of pg-boss, and nothing else. */
export interface Lease {
  readonly id: string;
  /** Which claim of the job this is: what is said of an older one has no effect. */
  readonly retryCount: number;
}

/** Which workers are alive. */
export interface Leases {
  start(): Promise<void>;
  acquire(): Promise<Lease>;
  /** @returns the ids of those that have been lost */
  renew(leases: readonly Lease[]): Promise<readonly string[]>;
  /** What they still hold may then be recovered. */
  release(leases: readonly Lease[]): Promise<void>;
  stop(): Promise<void>;
}

const queueName = "worker";

/** A lease that is not renewed for this long is lost; pg-boss knows none shorter. */
const leaseSeconds = 10;

/** The time limit of its statements, once its tables are there: a lease can then be renewed on another connection. */
const timeoutMs = 2_000;

const settings = {
  // A lost lease is not given to another worker: the rows that name it say what is to be done.
  retryLimit: 0,
  heartbeatSeconds: leaseSeconds,
  expireInSeconds: 23 * 3600,
  deleteAfterSeconds: 3600,
};

/** @param onError called with what went wrong in the background; pg-boss goes on by itself */
export function leases(database: Database, onError: (error: unknown) => void): Leases {
  let limitMs: number | undefined;
  const boss = new PgBoss({
    db: {
      executeSql: async (text: string, values?: unknown[]) => ({
        rows: [...(await database.query(text, values, limitMs))],
      }),
    },
    ...(database.kind === "pglite" ? { backend: "pglite" as const } : {}),
    schema: queueSchema,
    schedule: false,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    registerInstance: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
  });
  boss.on("error", onError);
  // Its documentation speaks of it, its types leave it out.
  const touched = async (held: readonly Lease[]): Promise<number> =>
    ((await boss.touch(queueName, [...held])) as { readonly affected: number }).affected;

  return {
    async start() {
      // Two that make its tables at the same moment: one is told that they exist, and finds them when it tries again.
      await boss.start({ attempts: 3 });
      await boss.createQueue(queueName, settings);
      limitMs = timeoutMs;
    },
    async acquire() {
      // Whoever fetches a job makes one, so that there is one: whose it was makes no difference.
      await boss.send(queueName, {});
      const [job] = await boss.fetch(queueName, { includeMetadata: true });
      if (job === undefined) throw new Error("pg-boss made a job and did not give it out");
      return { id: job.id, retryCount: job.retryCount };
    },
    async renew(held) {
      if (held.length === 0 || (await touched(held)) === held.length) return [];
      const kept = await Promise.all(held.map(async (lease) => (await touched([lease])) === 1));
      return held.filter((_, i) => !kept[i]).map(({ id }) => id);
    },
    async release(held) {
      if (held.length > 0) await boss.complete(queueName, [...held]);
    },
    stop: () => boss.stop({ graceful: false, close: false }),
  };
}

/** Whether a worker holds a lease on the outbox. */
export async function isWorkerAlive(database: Queryable): Promise<boolean> {
  const rows = await database
    .query(
      `select 1 from ${queueSchema}.job where name = '${queueName}' and state = 'active'
        and coalesce(heartbeat_on, started_on) > now() - interval '${leaseSeconds} seconds' limit 1`,
    )
    .catch(() => []);
  return rows.length > 0;
}

/** A message that is being sent under a lease that has ended. */
export type LostMessage = Pick<
  ClaimedMessage,
  | "id"
  | "claim"
  | "recipients"
  | "accepted"
  | "rejected"
  | "on_unknown"
  | "expires_at"
  | "delivery_trace"
  | "recoveries"
> & {
  /** Null if its worker gave the claim up. */
  readonly lease: string | null;
};

/** Locks lost messages, in the order of their ids, past those that another worker is recovering. */
export function lockLostMessages(
  tx: Queryable,
  after: string,
  limit: number,
): Promise<readonly LostMessage[]> {
  return tx.query<LostMessage>(`${lostSql} for update of m skip locked`, [after, limit]);
}

/** The id of the first lost message after another one. */
export async function nextLostMessage(database: Queryable, after: string): Promise<string | undefined> {
  const [row] = await database.query<LostMessage>(lostSql, [after, 1]);
  return row?.id;
}

const lostSql = `
  select m.id, m.claim, m.recipients, m.accepted, m.rejected, m.on_unknown, m.expires_at, m.delivery_trace,
    m.recoveries, m.lease
  from relais.message m where m.id > $1 and m.state = 'sending' and not exists (select 1 from ${queueSchema}.job j
    where j.name = '${queueName}' and j.id = m.lease and j.state = 'active') order by m.id limit $2`;
