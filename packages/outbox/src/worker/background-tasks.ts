import type { Observer, WorkerEvent } from "@relais/core";
import type { Database } from "../database/database.ts";
import { purge } from "../operations/purge.ts";
import type { ProviderFeedback } from "../store/feedback-counts.ts";
import { checkVersion } from "../store/migrations.ts";
import { foldCounts } from "../store/queries.ts";
import { channel, queueDue, wakeWorkers } from "../store/scheduling.ts";
import type { InFlight } from "./in-flight.ts";
import { type LeaseKeeper, leaseKeeper } from "./lease-keeper.ts";
import type { WorkerSettings } from "./options.ts";
import { rateWatch } from "./rate-watch.ts";
import { recover } from "./recover.ts";
import { interval, type WakeSignal } from "./timing.ts";

/** What a worker does every few seconds beside sending. */
export interface BackgroundTasks {
  /** The lease to claim under. */
  readonly lease: Pick<LeaseKeeper, "current" | "retire">;
  /** When it last ran, ms since 1970, whether or not the database answered. */
  readonly tickedAt: number;
  /** Rejects if the database cannot be reached or is not of this version. */
  start(): Promise<void>;
  /** Begins nothing more. Resolves when what is running is over. */
  stop(): Promise<void>;
  releaseLeases(): Promise<void>;
}

export interface BackgroundContext {
  readonly database: Database;
  readonly settings: WorkerSettings;
  /** Events that came early, or while their messages were being sent. */
  readonly feedback:
    | {
        round(queryTimeoutMs: number): Promise<FeedbackRound>;
        stats?(queryTimeoutMs: number): Promise<{ readonly providers: readonly ProviderFeedback[] }>;
      }
    | undefined;
  readonly inFlight: InFlight;
  readonly observe: Observer<WorkerEvent> | undefined;
  /** Something may be queued. */
  readonly queued: WakeSignal;
  isStopping(): boolean;
  /** @returns reports an error in the background */
  reportError(during: string): (error: unknown) => void;
}

/** What came of events that had waited. */
interface FeedbackRound {
  readonly matched: number;
  readonly foreign: number;
  readonly settled: readonly unknown[];
}

const renewMs = 2_500;
const queueDueMs = 1_000;
const recoverMs = 2_000;
const sourceMs = 500;
const foldMs = 5_000;
const feedbackMs = 1_000;
const ratesMs = 60_000;
const maxPurgeMs = 60_000;

export function backgroundTasks(context: BackgroundContext): BackgroundTasks {
  const { database, settings, feedback, inFlight, observe, queued, isStopping, reportError } = context;
  const { name, keepSentForMs, queryTimeoutMs, sources } = settings;
  let tickedAt = Date.now();
  let keeper: LeaseKeeper | undefined;
  let replacing: Promise<void> | undefined;
  const ends: (() => Promise<unknown>)[] = [];
  const every = (ms: number, work: () => Promise<unknown>, during: string): void => {
    ends.push(interval(ms, work, reportError(during)));
  };

  const renewLeases = async (): Promise<void> => {
    inFlight.putBackLate();
    // Once more at once, on another connection: a lease is short.
    await keeper?.renew().catch((error: unknown) => {
      reportError("renewing leases")(error);
      return keeper?.renew();
    });
  };
  const queueAllDue = async (): Promise<void> => {
    tickedAt = Date.now();
    if ((await queueDue(database)) > 0) await wakeWorkers(database);
  };
  const recoverMessages = async (): Promise<void> => {
    const recovered = await recover(database, reportError("recovering messages"));
    for (const { id: message, state } of recovered) {
      observe?.({ type: "recovered", at: Date.now(), worker: name, message, state });
      queued.notify();
    }
  };

  return {
    lease: {
      get current() {
        return keeper?.current;
      },
      // Until there is another one nothing is claimed: it does not wait for the next renewal.
      retire() {
        keeper?.retire();
        if (!isStopping()) replacing = renewLeases().then(queued.notify, reportError("renewing leases"));
      },
    },
    get tickedAt() {
      return tickedAt;
    },
    async start() {
      await checkVersion(database);
      await recoverMessages();
      keeper = await leaseKeeper(database, name, inFlight.uses, inFlight.abortLost);
      ends.push(await database.listen(channel, () => queued.notify()));
      every(renewMs, renewLeases, "renewing leases");
      every(queueDueMs, queueAllDue, "queueing what is due");
      every(recoverMs, recoverMessages, "recovering messages");
      every(foldMs, () => foldCounts(database), "folding counts");
      if (feedback !== undefined) {
        const changesOf = rateWatch();
        let ratesAt = Number.NEGATIVE_INFINITY;
        const watchRates = async (): Promise<void> => {
          if (performance.now() < ratesAt + ratesMs) return;
          ratesAt = performance.now();
          for (const change of changesOf((await feedback.stats?.(queryTimeoutMs))?.providers ?? []))
            observe?.({ type: "feedback-rate", at: Date.now(), worker: name, ...change });
        };
        const settle = async (): Promise<void> => {
          const { matched, foreign, settled } = await feedback.round(queryTimeoutMs);
          if (matched + foreign + settled.length === 0) return;
          const at = Date.now();
          observe?.({ type: "feedback", at, worker: name, matched, foreign, settled: settled.length });
        };
        every(feedbackMs, settle, "settling messages by events");
        every(feedbackMs, watchRates, "counting what providers told");
      }
      if (Number.isFinite(keepSentForMs)) {
        const everyMs = Math.min(maxPurgeMs, Math.max(queueDueMs, keepSentForMs));
        const isOld = { olderThanMs: keepSentForMs };
        every(everyMs, () => purge(database, isOld, isStopping), "deleting old messages");
      }
      for (const source of sources) {
        const readTable = async (): Promise<void> => {
          if ((await source.round()) > 0) queued.notify();
        };
        every(sourceMs, readTable, "reading a table");
      }
    },
    async stop() {
      await Promise.allSettled([...ends.map((end) => end()), replacing]);
    },
    releaseLeases: async () => keeper?.release(),
  };
}
