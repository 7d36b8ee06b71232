import { randomInt } from "node:crypto";
import { type AttachmentInput, createMessage, type Message } from "@relais/core";
import type { Database, Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { type StoredContent, unstored } from "../enqueue/serialize.ts";
import { batch } from "../worker/batching.ts";
import type { Refusal } from "../worker/decide.ts";
import { noWait } from "./attempts.ts";
import type { UnknownPolicy } from "./states.ts";
import type { DeliveryTrace } from "./trace.ts";

interface Known {
  readonly message: string;
  readonly claim: number;
  readonly recipients: readonly string[];
}

const knownSql = prepared(`
  with ${noWait}
  update relais.message m set recipients = array(select jsonb_array_elements_text(i.recipients))
  from nowait, jsonb_to_recordset($1::jsonb) as i(message uuid, claim int, recipients jsonb)
  where m.id = i.message and m.claim = i.claim and m.state = 'sending' and m.recipients is null`);

/** Writes down whom messages are for that rows of plain SQL, or of an application's table, have made. */
export function knownRecipients(
  database: Database,
): (row: Claimed, recipients: readonly string[]) => Promise<void> {
  const write = batch<Known, undefined>(
    async (items) => {
      await database.query(knownSql, [JSON.stringify(items)]);
      return items.map(() => undefined);
    },
    { gapMs: 2 },
  );
  return ({ id, claim }, recipients) => write({ message: id, claim, recipients });
}

interface AttachmentRow {
  readonly n: number;
  readonly filename: string | null;
  readonly content_type: string | null;
  readonly cid: string | null;
  readonly disposition: "attachment" | "inline";
  readonly bytes: number;
  /** None, if it is large. */
  readonly content: Uint8Array | null;
}

/** A driver makes an answer of many bytes out of a text twice as long, in buffers that double as they grow. */
const pieceBytes = 1024 * 1024;

/** The attachments of a message, in their order; large ones in pieces, so that little more than they is held at once. */
async function attachmentsOf(database: Queryable, message: string): Promise<AttachmentInput[]> {
  const rows = await database.query<AttachmentRow>(
    `select n, filename, content_type, cid, disposition, octet_length(content) as bytes,
       case when sum(octet_length(content)) over (order by n) <= $2 then content end as content
     from relais.attachment where message = $1 order by n`,
    [message, pieceBytes],
  );
  const files: AttachmentInput[] = [];
  for (const row of rows) {
    const { filename, content_type, cid, disposition } = row;
    files.push({
      content: row.content ?? (await contentOf(database, message, row)),
      contentDisposition: disposition,
      ...(filename === null ? {} : { filename }),
      ...(content_type === null ? {} : { contentType: content_type }),
      ...(cid === null ? {} : { cid }),
    });
  }
  return files;
}

/** @throws {Error} it is gone */
export async function contentOf(
  database: Queryable,
  message: string,
  { n, bytes }: Pick<AttachmentRow, "n" | "bytes">,
): Promise<Uint8Array> {
  const content = Buffer.allocUnsafeSlow(bytes);
  for (let at = 0; at < bytes; at += pieceBytes) {
    const [piece] = await database.query<{ piece: Uint8Array }>(
      "select substring(content from $3 for $4) as piece from relais.attachment where message = $1 and n = $2",
      [message, n, at + 1, pieceBytes],
    );
    if (piece === undefined) throw new Error(`attachment ${n} of message ${message} is gone`);
    content.set(piece.piece, at);
  }
  return content;
}

/** A message that this worker holds, as its row says. */
export interface Claimed {
  readonly id: string;
  readonly tenant: string;
  /**
   * Which claim of the message this is: who writes with another one changes nothing. Drawn by lot, since one that counts
   * comes twice when a crash of the database takes a claim back that somebody knows of.
   */
  readonly claim: number;
  readonly content: StoredContent;
  readonly recipients: readonly string[] | null;
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  readonly priority: number;
  readonly turn: number;
  readonly on_unknown: UnknownPolicy;
  readonly deferrals: number;
  /** The last attempt's number; 0 if there was none. */
  readonly seq: number;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly delivery_trace: DeliveryTrace;
  readonly attachments: number;
  readonly last_error: string | null;
  /** How often it was lost with its worker. */
  readonly recoveries: number;
  /** Of content and attachments, as they are stored. */
  readonly bytes: number;
  /** Who may have it already, as far as anybody knows. */
  readonly doubtful: readonly string[];
}

const claimed = `m.id, tenant, claim, content, recipients, accepted, rejected, priority, turn::float8 as turn, on_unknown,
  deferrals, greatest(created_at, send_at) as created_at, expires_at, delivery_trace, last_error, recoveries, fitting.bytes,
  array(select distinct unnest(a.recipients) from relais.attempt a where a.message = m.id and a.kind = 'unknown') as doubtful,
  (select count(*)::int from relais.attachment a where a.message = m.id) as attachments,
  (select coalesce(max(seq), 0) from relais.attempt a where a.message = m.id) as seq`;

/** Who claims, and how much. */
export interface ClaimOptions {
  readonly limit: number;
  readonly worker: string;
  /** Under which the messages are held: when it ends before they do, they may be taken up. */
  readonly lease: string;
  /** So many bytes at most, of all of them together. */
  readonly bytes: number;
  /** Whether one that is larger is taken all the same, alone: nothing else is held. */
  readonly oneAnyway: boolean;
  /** Those that were lost with their worker, instead of all others. @defaultValue false */
  readonly suspects?: boolean;
}

/**
 * Takes queued messages, in the order of their turns, past those that somebody else is taking. An attempt of theirs that
 * has no end is one whose row was written though its worker was told that it was not: it handed nothing over.
 */
export function claim(
  database: Database,
  { limit, worker, lease, bytes, oneAnyway, suspects = false }: ClaimOptions,
): Promise<readonly Claimed[]> {
  return database.query<Claimed>(
    `with ${noWait}, next as materialized (
        select id, priority, turn, (coalesce(content_bytes, 0) + coalesce((select sum(octet_length(a.content))
          from relais.attachment a where a.message = m.id), 0))::float8 as bytes
        from relais.message m where state = 'queued' and recoveries ${suspects ? ">" : "="} 0
        order by priority desc, turn limit $1 for update of m skip locked),
      fitting as materialized (select id, bytes from (select id, bytes,
          sum(bytes) over (order by priority desc, turn, id) as together,
          row_number() over (order by priority desc, turn, id) as place from next) n
        where together <= $5 or ($6 and place = 1)),
      left_over as (update relais.attempt a set kind = 'cancelled', code = 'claim-over', ended_at = clock_timestamp(),
          reason = 'it was not known whether the attempt had been written down; nothing was handed over'
        from fitting where a.message = fitting.id and a.kind is null)
      update relais.message m set state = 'sending', claim = $4, worker = $2, lease = $3, updated_at = now()
      from nowait, fitting where m.id = fitting.id returning ${claimed}`,
    [limit, worker, lease, randomInt(1, 2 ** 31), bytes, oneAnyway],
  );
}

/** Whether messages wait that were lost with their worker. */
export async function suspectsWait(database: Database): Promise<boolean> {
  const rows = await database.query(
    "select 1 from relais.message where state = 'queued' and recoveries > 0 limit 1",
  );
  return rows.length > 0;
}

/** Holds a message no longer: it is taken up as one whose worker was lost. */
export async function abandon(
  database: Database,
  { id, claim: mine }: Pick<Claimed, "id" | "claim">,
): Promise<void> {
  await database.query(
    "update relais.message set lease = null where id = $1 and claim = $2 and state = 'sending'",
    [id, mine],
  );
}

/** What was let in is sent: how much a message may hold was looked at when it was written down. */
const enough = {
  maxRecipients: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
  maxAttachments: Number.POSITIVE_INFINITY,
  strictNames: false,
};

/** How messages out of the table are read. */
export interface ReadingOptions {
  readonly defaultFrom?: string | undefined;
}

/**
 * The message of a row. Its Message-ID and date are the same each time.
 * @throws {InvalidMessage} one sentence: somebody wrote a row that no message can be made of
 */
export async function messageOf(
  database: Database,
  row: Claimed,
  { defaultFrom }: ReadingOptions,
): Promise<Message> {
  const files = row.attachments === 0 ? [] : await attachmentsOf(database, row.id);
  const input = unstored(row.content, files, row);
  return createMessage(input, {
    limits: enough,
    ...(defaultFrom === undefined ? {} : { defaultFrom }),
  });
}
