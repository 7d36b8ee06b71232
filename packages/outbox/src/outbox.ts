import type { MessageInput } from "@relais/core";
import { oneAtATime } from "./database/coalesce.ts";
import { type Database, endUsers } from "./database/database.ts";
import { type OpenOptions, openDatabase } from "./database/open.ts";
import {
  type EnqueueDefaults,
  type Enqueued,
  type EnqueueEntry,
  enqueue,
  enqueueMany,
} from "./enqueue/enqueue.ts";
import type { EnqueueOptions } from "./enqueue/options.ts";
import { type PurgeOptions, purge } from "./operations/purge.ts";
import {
  type CancelOptions,
  cancel,
  type ResendOptions,
  type ResolveOptions,
  resend,
  resolve,
} from "./operations/resolve.ts";
import { checkId, type MessageFilter } from "./store/filter.ts";
import { migrate } from "./store/migrations.ts";
import { get, type ListOptions, list, type OutboxMessage } from "./store/queries.ts";
import { type OutboxStats, stats } from "./store/stats.ts";

export interface OutboxOptions extends OpenOptions, EnqueueDefaults {
  /** Whether the tables are made or brought to this version when it opens. @defaultValue true */
  readonly migrate?: boolean | undefined;
}

/** A connection is waited for as long again. */
const pingMs = 1_000;

/** E-mail that is written down before it is sent. */
export interface Outbox {
  /** Writes a message down. @throws {InvalidMessage} one sentence that names the field and its fault */
  enqueue(message: MessageInput, options?: EnqueueOptions): Promise<Enqueued>;
  /** Writes many down, some hundreds in a statement. */
  enqueueMany(
    entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>,
    options?: EnqueueOptions,
  ): Promise<Enqueued[]>;
  get(id: string): Promise<OutboxMessage | undefined>;
  /** The newest first. */
  list(options?: ListOptions): Promise<OutboxMessage[]>;
  /** @returns whether it was not too late */
  cancel(id: string): Promise<boolean>;
  /** Of those that were there when it began. @returns the ids of those that were not too late */
  cancelMany(filter: MessageFilter, options?: CancelOptions): Promise<string[]>;
  /** Sends a message again that is unknown, failed, partial, expired or cancelled, to those who do not have it. */
  resend(id: string, options: ResendOptions): Promise<boolean>;
  /**
   * The same for all of them that were there when it began, each once, whatever becomes of it meanwhile: in batches, each
   * a statement of its own. @returns their ids
   */
  resendMany(filter: MessageFilter, options: ResendOptions): Promise<string[]>;
  /** Settles messages that are unknown, by hand: those that were when it began. @returns their ids */
  resolve(filter: MessageFilter, options: ResolveOptions): Promise<string[]>;
  purge(options?: PurgeOptions): Promise<number>;
  /** Who asks while an answer is awaited gets that one. */
  stats(): Promise<OutboxStats>;
  /**
   * Asks the database for a word, on a connection that messages do not need; rejects if none comes within 2 s. Who asks
   * while an answer is awaited gets that one.
   */
  ping(): Promise<void>;
  /** Stops the workers over it, which finish what is under way, and then closes the database. */
  close(): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** What the worker works on. */
  readonly database: Database;
  readonly defaultFrom: string | undefined;
}

/**
 * Opens an outbox: on a Postgres by its URL or a pool of `pg`; without either on PGlite in the folder `.relais`, for
 * one process.
 */
export async function createOutbox(options: OutboxOptions = {}): Promise<Outbox> {
  const { from, limits, migrate: migrates = true } = options;
  const database = await openDatabase(options);
  try {
    if (migrates) await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const defaults = { from, limits };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= endUsers(database).then(() => database.close());
    return closing;
  };
  return Object.freeze({
    database,
    defaultFrom: from,
    enqueue: (message: MessageInput, own: EnqueueOptions = {}) => enqueue(database, message, own, defaults),
    enqueueMany: (entries: Parameters<Outbox["enqueueMany"]>[0], own: EnqueueOptions = {}) =>
      enqueueMany(database, entries, own, defaults),
    get: (id: string) => get(database, checkId(id)),
    list: (own: ListOptions = {}) => list(database, own),
    cancel: async (id: string) => (await cancel(database, { ids: [id] })).length === 1,
    cancelMany: (filter: MessageFilter, own: CancelOptions = {}) => cancel(database, filter, own),
    resend: async (id: string, own: ResendOptions) =>
      (await resend(database, { ids: [id] }, own)).length === 1,
    resendMany: (filter: MessageFilter, own: ResendOptions) => resend(database, filter, own),
    resolve: (filter: MessageFilter, own: ResolveOptions) => resolve(database, filter, own),
    purge: (own: PurgeOptions = {}) => purge(database, own),
    stats: oneAtATime(() => stats(database.aside)),
    ping: oneAtATime(async () => void (await database.aside.query("select 1", [], pingMs))),
    close,
    [Symbol.asyncDispose]: close,
  });
}
