import { PgBoss } from "pg-boss";
import type { Database, Queryable } from "../database/database.ts";
import { queueSchema } from "../schema/migrations.ts";

/** A job that this process holds. It names a message and says nothing else. */
export interface Job {
  /** The message's id. */
  readonly message: string;
  /** What pg-boss calls the job, and which claim of it this is: what is said of an older claim has no effect. */
  readonly lease: { readonly id: string; readonly retryCount: number };
}

/** Whose turn it is, and who holds what: pg-boss, behind the few words we need. */
export interface JobQueue {
  start(): Promise<void>;
  /** Creates jobs; a message that has a live one gets no second. */
  add(entries: readonly { readonly id: string; readonly priority: number }[], tx: Queryable): Promise<void>;
  fetch(limit: number): Promise<readonly Job[]>;
  /** Keeps leases. Answers which are lost. */
  renew(jobs: readonly Job[]): Promise<readonly Job[]>;
  /** Ends jobs, whatever became of their messages. */
  end(jobs: readonly Job[]): Promise<void>;
  stop(): Promise<void>;
}

export const queueName: string = "outbound";

/** A lease that is not renewed for this long is lost; pg-boss knows none shorter. */
const leaseSeconds = 10;

const settings = {
  // One live job a message, whoever creates it; the key is the message's id.
  policy: "exclusive" as const,
  partition: true,
  // A lost job is not given out again by the queue: the message's row says what is to be done.
  retryLimit: 0,
  heartbeatSeconds: leaseSeconds,
  expireInSeconds: 23 * 3600,
  retentionSeconds: 30 * 86_400,
  deleteAfterSeconds: 60,
};

/** @param onError told of what went wrong in the background; pg-boss goes on by itself */
export function jobQueue(database: Database, onError: (error: unknown) => void): JobQueue {
  const executor = (queryable: Queryable) => ({
    executeSql: async (text: string, values?: unknown[]) => ({
      rows: [...(await queryable.query(text, values))],
    }),
  });
  const boss = new PgBoss({
    db: executor(database),
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
  const touched = async (jobs: readonly Job[]): Promise<number> => {
    const leases = jobs.map(({ lease }) => lease);
    return ((await boss.touch(queueName, leases)) as { readonly affected: number }).affected;
  };

  return {
    async start() {
      await boss.start();
      await boss.createQueue(queueName, settings);
    },
    async add(entries, tx) {
      if (entries.length === 0) return;
      const jobs = entries.map(({ id, priority }) => ({ singletonKey: id, priority, data: { id } }));
      await boss.insert(queueName, jobs, { db: executor(tx) });
    },
    async fetch(limit) {
      const jobs = await boss.fetch<{ id: string }>(queueName, { batchSize: limit, includeMetadata: true });
      return jobs.map(({ id, data, retryCount }) => ({ message: data.id, lease: { id, retryCount } }));
    },
    async renew(jobs) {
      if (jobs.length === 0) return [];
      if ((await touched(jobs)) === jobs.length) return [];
      const kept = await Promise.all(jobs.map(async (job) => (await touched([job])) === 1));
      return jobs.filter((_, i) => !kept[i]);
    },
    async end(jobs) {
      if (jobs.length > 0)
        await boss.complete(
          queueName,
          jobs.map(({ lease }) => lease),
        );
    },
    stop: () => boss.stop({ graceful: false, close: false }),
  };
}
