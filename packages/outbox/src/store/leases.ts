import { PgBoss } from "pg-boss";
import type { Database } from "../database/database.ts";
import { queueSchema } from "./migrations.ts";

/** A worker's hold on what it claims: an active job of pg-boss. It says who is alive, and nothing else. */
export interface Lease {
  readonly id: string;
  /** Which claim of the job this is: what is said of an older one has no effect. */
  readonly retryCount: number;
}

/** Who is alive: pg-boss, behind the few words we need. */
export interface Leases {
  start(): Promise<void>;
  take(): Promise<Lease>;
  /** Keeps leases. Answers the ids of those that are lost. */
  renew(leases: readonly Lease[]): Promise<readonly string[]>;
  /** Gives leases back: what they still hold may be taken up. */
  end(leases: readonly Lease[]): Promise<void>;
  stop(): Promise<void>;
}

const queueName = "worker";

/** A lease that is not renewed for this long is lost; pg-boss knows none shorter. */
const leaseSeconds = 10;

/** Answers are waited for this long, once its tables are there: a lease can then be renewed on another connection. */
const answerMs = 2_000;

const settings = {
  // A lost lease is not given to somebody else: the rows that name it say what is to be done.
  retryLimit: 0,
  heartbeatSeconds: leaseSeconds,
  expireInSeconds: 23 * 3600,
  deleteAfterSeconds: 3600,
};

/** Messages that are being sent by nobody: the lease that they were claimed under is held no more. */
export const orphaned: string = `m.state = 'sending' and not exists (select 1 from ${queueSchema}.job j
  where j.name = '${queueName}' and j.id = m.lease and j.state = 'active')`;

/** Somebody works on the outbox: a lease is held. */
export const someoneWorks: string = `exists (select 1 from ${queueSchema}.job j
  where j.name = '${queueName}' and j.state = 'active' and coalesce(j.heartbeat_on, j.started_on) > now() - interval '${leaseSeconds} seconds')`;

/** @param onError told of what went wrong in the background; pg-boss goes on by itself */
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
      limitMs = answerMs;
    },
    async take() {
      // Whoever takes one makes one, so that there is one: whose it was makes no difference.
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
    async end(held) {
      if (held.length > 0) await boss.complete(queueName, [...held]);
    },
    stop: () => boss.stop({ graceful: false, close: false }),
  };
}
