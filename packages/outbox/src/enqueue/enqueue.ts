import { createMessage, type Limits, type MessageInput } from "@relais/core";
import { isAbsent } from "@relais/core/spi";
import type { Database } from "../database/database.ts";
import { dueAt, type EnqueueOptions, enqueueFields } from "./options.ts";
import { holdableValue, stored } from "./serialize.ts";
import { runIn } from "./transactions.ts";

/** What became of a message that was enqueued. */
export interface Enqueued {
  /** The message's id, in the outbox, as tag, and in `X-Relais-Id`. */
  readonly id: string;
  /** False if a message with this idempotency key was there already: then `id` is that one's. */
  readonly created: boolean;
}

/** What every message of an outbox has in common. */
export interface EnqueueDefaults {
  readonly from?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
}

async function entry(
  input: MessageInput,
  options: EnqueueOptions,
  defaults: EnqueueDefaults,
): Promise<object> {
  const { from, limits } = defaults;
  // What is scheduled is dated when it is due: its readers know nothing of the day on which it was written down.
  const now = Math.max(Date.now(), dueAt(options) ?? 0);
  const message = await createMessage(input, {
    now,
    ...(from === undefined ? {} : { defaultFrom: from }),
    ...(limits === undefined ? {} : { limits }),
  });
  const keepsId = !(isAbsent(input.id) && isAbsent(input.messageId));
  const { content, ...rest } = stored(message, keepsId);
  return {
    ...enqueueFields(options, keepsId ? message.id : undefined),
    ...rest,
    content: holdableValue(content),
    attachments: rest.attachments.map(({ content: bytes, ...names }, i) => ({
      ...holdableValue(names, `attachments[${i}]`),
      content: bytes,
    })),
  };
}

/** Writes one message down. @throws {InvalidMessage} one sentence that names the field and its fault */
export async function enqueue(
  database: Database,
  input: MessageInput,
  options: EnqueueOptions,
  defaults: EnqueueDefaults,
): Promise<Enqueued> {
  const values = [JSON.stringify(await entry(input, options, defaults))];
  const sql = "select id::text, created from relais.enqueue($1::jsonb)";
  const [row] = options.tx
    ? await runIn<Enqueued>(options.tx, sql, values)
    : await database.query<Enqueued>(sql, values);
  return enqueuedOf(row as Enqueued);
}

/** A transaction of the application's reads as the application has set its driver. */
function enqueuedOf({ id, created }: { readonly id: string; readonly created: unknown }): Enqueued {
  return { id, created: created === true || created === "t" || created === "true" };
}

/** One of many, with options of its own. */
export interface EnqueueEntry {
  readonly message: MessageInput;
  readonly options?: Omit<EnqueueOptions, "tx"> | undefined;
}

/** As many as go into one statement: a parameter must stay of a size that a database takes. */
const mostEntries = 500;
const mostCharacters = 16_000_000;

/**
 * Writes many down, in as few statements as they fit into. Without a transaction of the caller's each statement is one
 * of its own.
 * @throws {InvalidMessage} one is wrong; of those before it some may have been written
 */
export async function enqueueMany(
  database: Database,
  entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>,
  options: EnqueueOptions,
  defaults: EnqueueDefaults,
): Promise<Enqueued[]> {
  const { tx, ...common } = options;
  const done: Enqueued[] = [];
  let part: string[] = [];
  let characters = 0;
  const write = async (): Promise<void> => {
    if (part.length === 0) return;
    const sql = `select q.id::text, q.created from jsonb_array_elements($1::jsonb) with ordinality as e(value, n),
      lateral relais.enqueue(e.value) q order by e.n`;
    const values = [`[${part.join(",")}]`];
    const rows = tx ? await runIn<Enqueued>(tx, sql, values) : await database.query<Enqueued>(sql, values);
    done.push(...rows.map(enqueuedOf));
    part = [];
    characters = 0;
  };
  for await (const { message, options: own } of entries) {
    const text = JSON.stringify(await entry(message, { ...common, ...own }, defaults));
    if (part.length >= mostEntries || characters + text.length > mostCharacters) await write();
    part.push(text);
    characters += text.length;
  }
  await write();
  return done;
}
