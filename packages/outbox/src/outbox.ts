import type { MessageInput, Observer, OutboxEvent } from "@relais/core";
import { combineObservers } from "@relais/core/spi";
import { type Database, stopUsers } from "./database/database.ts";
import { cannotOpen } from "./database/faults.ts";
import { type OpenOptions, openDatabase } from "./database/open.ts";
import { coalesce } from "./database/with-timeout.ts";
import { type EnqueueDefaults, type EnqueueEntry, enqueue, enqueueMany } from "./enqueue/enqueue.ts";
import type { EnqueueOptions } from "./enqueue/options.ts";
import { feedbackStore, type OutboxFeedback } from "./feedback/feedback.ts";
import { type FeedbackOptions, feedbackSettings } from "./feedback/options.ts";
import { type OutboxSuppression, suppressionList } from "./feedback/suppression-list.ts";
import {
  type CancelOptions,
  cancel,
  type ResendOptions,
  type ResolveOptions,
  resend,
  resolve,
} from "./operations/operator.ts";
import { type PurgeOptions, purge } from "./operations/purge.ts";
import type { Enqueued } from "./store/enqueue.ts";
import { readEvents, type StoredEvent } from "./store/events.ts";
import type { State } from "./store/message.ts";
import { migrate } from "./store/migrations.ts";
import {
  checkId,
  countByState,
  get,
  type ListOptions,
  list,
  type MessageFilter,
  type OutboxMessage,
  type OutboxStats,
  stats,
} from "./store/queries.ts";

export interface OutboxOptions extends OpenOptions, EnqueueDefaults {
  /** When addresses are suppressed by what providers tell, and how long all of it is kept. */
  readonly feedback?: FeedbackOptions | undefined;
  /** Told whenever what providers tell has been recorded here. They change nothing. */
  readonly observers?: readonly Observer<OutboxEvent>[] | undefined;
  /** Whether the tables are made or brought to this version when it opens. @defaultValue true */
  readonly migrate?: boolean | undefined;
}

/** A connection is waited for as long again. */
const pingMs = 1_000;

/** A transactional outbox: e-mail is stored before it is sent. */
export interface Outbox {
  /** Stores a message. @throws {InvalidMessage} one sentence that names the field and its fault */
  enqueue(message: MessageInput, options?: EnqueueOptions): Promise<Enqueued>;
  /** Stores many, some hundreds in a statement. */
  enqueueMany(
    entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>,
    options?: EnqueueOptions,
  ): Promise<Enqueued[]>;
  get(id: string): Promise<OutboxMessage | undefined>;
  /** The newest first. */
  list(options?: ListOptions): Promise<OutboxMessage[]>;
  /** How many messages match, by their states: those that are none are left out. */
  count(filter?: MessageFilter): Promise<Partial<Record<State, number>>>;
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
  /** What providers told of a message after they had accepted it, in the order in which it happened. */
  events(id: string): Promise<readonly StoredEvent[]>;
  /** Where receivers put what providers tell: it settles messages that are `unknown`, and suppresses addresses. */
  readonly feedback: OutboxFeedback;
  /** Addresses that get no mail. A worker asks it before each message. */
  readonly suppression: OutboxSuppression;
  /** A call while another one is running gets the result of that one. */
  stats(): Promise<OutboxStats>;
  /**
   * Queries the database, on a connection that messages do not need; rejects without an answer within 2 s. A call while
   * another one is running gets the result of that one.
   */
  ping(): Promise<void>;
  /** Stops the workers over it, which finish what is in flight, and then closes the database. */
  close(): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** For workers. */
  readonly database: Database;
  readonly defaultFrom: string | undefined;
}

/** `process.env.DATABASE_URL` may be undefined: given as `database`, that is an error of types, too. */
type WithoutUndefined<O> = O extends { readonly database: infer D }
  ? undefined extends D
    ? { readonly database: NonNullable<OutboxOptions["database"]> }
    : unknown
  : unknown;

/**
 * Opens an outbox: on a Postgres by its URL or a pool of `pg`; without either on PGlite in a folder, for one process.
 * @throws {TypeError} one sentence: `database` is undefined, or left out with no `folder` where NODE_ENV is production
 * @throws {Error} one sentence: which database cannot be opened, why, and what helps, never with a password. `cause` is the
 *   driver's error
 */
export async function createOutbox<O extends OutboxOptions>(
  given?: O & WithoutUndefined<O>,
): Promise<Outbox> {
  const options: OutboxOptions = given ?? {};
  const { from, limits, prepare } = options;
  const settings = feedbackSettings(options.feedback);
  const { observers = [] } = options;
  if (!Array.isArray(observers) || !observers.every((one) => typeof one === "function"))
    throw new TypeError("createOutbox: observers must be a list of functions");
  const database = await openDatabase(options);
  try {
    if (options.migrate ?? true) await migrate(database);
  } catch (error) {
    await database.close();
    throw cannotOpen(error, database.name);
  }
  const defaults = { from, limits, prepare };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= stopUsers(database).then(() => database.close());
    return closing;
  };
  return Object.freeze({
    database,
    defaultFrom: from,
    enqueue: (message, options = {}) => enqueue(database, message, options, defaults),
    enqueueMany: (entries, options = {}) => enqueueMany(database, entries, options, defaults),
    get: (id) => get(database, id, from),
    list: (options = {}) => list(database, options, from),
    count: (filter = {}) => countByState(database, filter),
    cancel: async (id) => (await cancel(database, { ids: [id] })).length === 1,
    cancelMany: (filter, options) => cancel(database, filter, options),
    resend: async (id, options) => (await resend(database, { ids: [id] }, options)).length === 1,
    resendMany: (filter, options) => resend(database, filter, options),
    resolve: (filter, options) => resolve(database, filter, options),
    purge: (options = {}) => purge(database, options),
    events: (id) => readEvents(database, { messages: [checkId(id)] }),
    feedback: feedbackStore(database, settings, combineObservers<OutboxEvent>(observers, undefined)),
    suppression: suppressionList(database),
    stats: coalesce(() => stats(database.aside)),
    ping: coalesce(async () => void (await database.aside.query("select 1", [], pingMs))),
    close,
    [Symbol.asyncDispose]: close,
  } satisfies Outbox);
}
