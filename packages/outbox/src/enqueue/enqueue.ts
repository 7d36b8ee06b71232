import { createMessage, type Limits, type MessageInput, type Prepare } from "@relais/core";
import { isAbsent } from "@relais/core/spi";
import type { Database } from "../database/database.ts";
import { retryConflict } from "../database/retry-conflict.ts";
import { type Enqueued, type EnqueueRow, insertMessage, insertMessages } from "../store/enqueue.ts";
import { checkKey, type EnqueueOptions, enqueueSettings } from "./options.ts";
import { serialize } from "./serialize.ts";
import { inTransaction } from "./transactions.ts";

/** What every message of an outbox has in common. */
export interface EnqueueDefaults {
  readonly from?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Completes each message before it is checked and written. */
  readonly prepare?: Prepare | undefined;
}

/** Writes one message. @throws {InvalidMessage} one sentence that names the field and its fault */
export async function enqueue(
  database: Database,
  input: MessageInput,
  options: EnqueueOptions,
  defaults: EnqueueDefaults,
): Promise<Enqueued> {
  const row = await rowOf(input, options, defaults);
  if (options.tx) return insertMessage(inTransaction(options.tx), row);
  // Where transactions are serializable by default, two that enqueue at once may meet.
  return retryConflict(() => insertMessage(database, row));
}

/** One of many, with options of its own. */
export interface EnqueueEntry {
  readonly message: MessageInput;
  readonly options?: Omit<EnqueueOptions, "tx"> | undefined;
}

/** The most of one statement: a parameter must stay of a size that a database takes. */
const maxRows = 500;
const maxCharacters = 16_000_000;

/**
 * Writes many, in as few statements as they fit into. Without a transaction of the caller's each statement is one of its
 * own.
 * @throws {InvalidMessage} one is wrong; of those before it some may have been written
 */
export async function enqueueMany(
  database: Database,
  entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>,
  { tx, ...common }: EnqueueOptions,
  defaults: EnqueueDefaults,
): Promise<Enqueued[]> {
  const insert = (some: readonly string[]): Promise<Enqueued[]> =>
    tx ? insertMessages(inTransaction(tx), some) : retryConflict(() => insertMessages(database, some));
  const written: Enqueued[] = [];
  let rows: string[] = [];
  let characters = 0;
  const write = async (): Promise<void> => {
    if (rows.length > 0) written.push(...(await insert(rows)));
    rows = [];
    characters = 0;
  };
  for await (const { message, options } of entries) {
    const row = await rowOf(message, { ...common, ...options }, defaults);
    if (rows.length >= maxRows || characters + row.length > maxCharacters) await write();
    rows.push(row);
    characters += row.length;
  }
  await write();
  return written;
}

/** An `EnqueueRow` as JSON. */
async function rowOf(
  input: MessageInput,
  options: EnqueueOptions,
  { from, limits, prepare }: EnqueueDefaults,
): Promise<string> {
  const { sendAt, priority, tenant, expiresInMs, onUnknown, idempotencyKey } = enqueueSettings(options);
  // A scheduled message has the date at which it is due: its readers know nothing of the day on which it was enqueued.
  const now = Math.max(Date.now(), sendAt?.getTime() ?? 0);
  const message = await createMessage(input, {
    now,
    prepare,
    ...(from === undefined ? {} : { defaultFrom: from }),
    ...(limits === undefined ? {} : { limits }),
  });
  const hasId = !(isAbsent(input.id) && isAbsent(input.messageId));
  const row: EnqueueRow = {
    tenant,
    idempotencyKey: idempotencyKey ?? (hasId ? checkKey(message.id) : undefined),
    priority,
    sendAt: sendAt?.toISOString(),
    expiresAt: new Date((sendAt?.getTime() ?? Date.now()) + expiresInMs).toISOString(),
    onUnknown,
    ...serialize(message, hasId),
  };
  return JSON.stringify(row);
}
