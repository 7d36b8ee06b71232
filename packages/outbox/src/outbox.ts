import type { MessageInput } from "@relais/core";
import type { Database } from "./database/database.ts";
import { type OpenOptions, openDatabase } from "./database/open-database.ts";
import { type EnqueueDefaults, type Enqueued, type EnqueueEntry, enqueue, enqueueMany } from "./enqueue.ts";
import type { EnqueueOptions } from "./enqueue-options.ts";
import { checkId, type MessageFilter } from "./filter.ts";
import { get, type ListOptions, list } from "./list.ts";
import type { OutboxMessage } from "./outbox-message.ts";
import { type PurgeOptions, purge } from "./purge.ts";
import { cancel, type ResendOptions, type ResolveOptions, resend, resolve } from "./resolve.ts";
import { migrate } from "./schema/migrate.ts";
import { type OutboxStats, stats } from "./stats.ts";

export interface OutboxOptions extends OpenOptions, EnqueueDefaults {
  /** Whether the tables are made or brought to this version when it opens. @defaultValue true */
  readonly migrate?: boolean | undefined;
}

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
  cancelMany(filter: MessageFilter): Promise<string[]>;
  /** Sends a message again that is unknown, failed, partial, expired or cancelled, to those who do not have it. */
  resend(id: string, options: ResendOptions): Promise<boolean>;
  resendMany(filter: MessageFilter, options: ResendOptions): Promise<string[]>;
  /** Settles messages that are unknown, by hand. */
  resolve(filter: MessageFilter, options: ResolveOptions): Promise<string[]>;
  purge(options?: PurgeOptions): Promise<number>;
  stats(): Promise<OutboxStats>;
  close(): Promise<void>;
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
  return Object.freeze({
    database,
    defaultFrom: from,
    enqueue: (message: MessageInput, own: EnqueueOptions = {}) => enqueue(database, message, own, defaults),
    enqueueMany: (entries: Parameters<Outbox["enqueueMany"]>[0], own: EnqueueOptions = {}) =>
      enqueueMany(database, entries, own, defaults),
    get: (id: string) => get(database, checkId(id)),
    list: (own: ListOptions = {}) => list(database, own),
    cancel: async (id: string) => (await cancel(database, { ids: [id] })).length === 1,
    cancelMany: (filter: MessageFilter) => cancel(database, filter),
    resend: async (id: string, own: ResendOptions) =>
      (await resend(database, { ids: [id] }, own)).length === 1,
    resendMany: (filter: MessageFilter, own: ResendOptions) => resend(database, filter, own),
    resolve: (filter: MessageFilter, own: ResolveOptions) => resolve(database, filter, own),
    purge: (own: PurgeOptions = {}) => purge(database, own),
    stats: () => stats(database),
    close: () => database.close(),
  });
}
