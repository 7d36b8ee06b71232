import { randomInt } from "node:crypto";
import type { AttachmentInput } from "@relais/core";
import type { Database, Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { doubtfulSql, isInFlightSql, isSendingSql } from "./attempts.ts";
import type { StoredContent } from "./enqueue.ts";
import type { Refusal, UnknownPolicy } from "./message.ts";
import type { SuppressedRow } from "./suppression.ts";
import type { DeliveryTrace } from "./trace.ts";

/** A message that this worker has claimed, as its row says. */
export interface ClaimedMessage {
  readonly id: string;
  readonly tenant: string;
  /**
   * A random claim token: writes with another token change nothing. A counter would repeat itself when a crash of the
   * database takes back a claim that its worker knows of.
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
  /** How many. */
  readonly attachments: number;
  readonly last_error: string | null;
  /** How often it was recovered, one time after the other. */
  readonly recoveries: number;
  /** Of content and attachments, as they are stored. */
  readonly bytes: number;
  /** Recipients of attempts whose outcome is unknown. */
  readonly doubtful: readonly string[];
  /** What the suppression list had of its recipients when it was claimed; absent if it was not asked. */
  readonly suppressed?: readonly SuppressedRow[] | null;
}

/** Who claims, and how much. */
export interface ClaimOptions {
  readonly limit: number;
  readonly worker: string;
  /** The lease of the worker: when it ends before the message does, another worker recovers the message. */
  readonly lease: string;
  /** The most bytes of all of them together. */
  readonly bytes: number;
  /** Whether a larger one is claimed all the same, alone: nothing else is in flight. */
  readonly allowLarger: boolean;
  /** Whether the suppression list is asked. @defaultValue false */
  readonly checks?: boolean;
  /** Only recovered ones, instead of all others. @defaultValue false */
  readonly recovered?: boolean;
}

/** No fsync: after a crash the claim is gone and the message is still queued. */
const asyncCommit = "nowait as materialized (select set_config('synchronous_commit', 'off', true))";

/** With the claim, as a statement of its own for each message would take a twentieth of the worker's throughput. */
const suppressedSql = `,
      (select json_agg(json_build_object('tenant', s.tenant, 'address', s.address, 'stream', s.stream, 'reason', s.reason,
          'first_at', s.first_at)) from unnest(m.recipients) r
        join relais.suppression s on s.tenant = m.tenant and s.address = lower(r)
        where s.expires_at is null or s.expires_at > now()) as suppressed`;

const claimSqls = new Map<string, string>();

/**
 * The limit stands in the text: for one that is a parameter PostgreSQL plans as if it were a tenth of the table. What is
 * looked up of attempts is so only for those that were claimed before.
 */
function claimSql(limit: number, recovered: boolean, checks: boolean): string {
  const key = `${limit} ${recovered} ${checks}`;
  const known = claimSqls.get(key);
  if (known !== undefined) return known;
  const ifClaimed = (sql: string, none: string): string =>
    `case when fitting.claim = 0 then ${none} else ${sql} end`;
  const sql = prepared(`with ${asyncCommit}, next as materialized (
        select id, priority, turn, claim, content_bytes from relais.message m
        where state = 'queued' and recoveries ${recovered ? ">" : "="} 0
        order by priority desc, turn limit ${limit} for update of m skip locked),
      sized as materialized (select n.id, n.priority, n.turn, n.claim, a.attachments,
          (coalesce(n.content_bytes, 0) + a.bytes)::float8 as bytes
        from next n, lateral (select count(*)::int as attachments, coalesce(sum(octet_length(a.content)), 0) as bytes
          from relais.attachment a where a.message = n.id) a),
      fitting as materialized (select id, bytes, claim, attachments from (select id, bytes, claim, attachments,
          sum(bytes) over (order by priority desc, turn, id) as together,
          row_number() over (order by priority desc, turn, id) as place from sized) n
        where together <= $4 or ($5 and place = 1)),
      left_over as (update relais.attempt a set kind = 'cancelled', code = 'claim-over', ended_at = clock_timestamp(),
          reason = 'it was not known whether the attempt had been written down; nothing was handed over'
        where a.message = any(array(select id from fitting where claim <> 0)) and ${isInFlightSql})
    update relais.message m set state = 'sending', claim = $3, worker = $1, worker_id = $2, updated_at = now()
    from nowait, fitting where m.id = fitting.id
    returning m.id, tenant, m.claim, content, recipients, accepted, rejected, priority, turn::float8 as turn, on_unknown,
      deferrals, greatest(created_at, send_at) as created_at, expires_at, delivery_trace, last_error, recoveries,
      fitting.bytes, fitting.attachments, ${ifClaimed(
        `array(select distinct ${doubtfulSql("m.id")})`,
        "'{}'",
      )} as doubtful,
      ${ifClaimed("(select coalesce(max(seq), 0) from relais.attempt a where a.message = m.id)", "0")} as seq${checks ? suppressedSql : ""}`);
  claimSqls.set(key, sql);
  return sql;
}

/** A limit that is not more, one of few: each has a statement of its own. */
export function claimLimit(room: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(room)) - 2);
  return room - (room % step);
}

/**
 * Claims queued messages in the order of their turns, past those that another worker is claiming. An attempt of theirs
 * without an end is one whose row was written though its worker did not learn of it: it handed nothing over.
 */
export function claimMessages(
  database: Database,
  { limit, worker, lease, bytes, allowLarger, checks = false, recovered = false }: ClaimOptions,
): Promise<readonly ClaimedMessage[]> {
  return database.query<ClaimedMessage>(claimSql(limit, recovered, checks), [
    worker,
    lease,
    randomInt(1, 2 ** 31),
    bytes,
    allowLarger,
  ]);
}

/** Whether recovered messages are queued. */
export async function hasRecovered(database: Database): Promise<boolean> {
  const sql = "select 1 from relais.message where state = 'queued' and recoveries > 0 limit 1";
  return (await database.query(sql)).length > 0;
}

/** Gives a claim up: the message is recovered, as if its worker were lost. */
export async function releaseClaim(
  database: Database,
  { id, claim }: Pick<ClaimedMessage, "id" | "claim">,
): Promise<void> {
  await database.query(
    "update relais.message set worker_id = null where id = $1 and claim = $2 and state = 'sending'",
    [id, claim],
  );
}

/** The recipients of a message that was written by plain SQL, or came from an application's table. */
export interface KnownRecipients {
  readonly message: string;
  readonly claim: number;
  readonly recipients: readonly string[];
}

const recipientsSql = prepared(`with ${asyncCommit}
  update relais.message m set recipients = array(select jsonb_array_elements_text(i.recipients))
  from nowait, jsonb_to_recordset($1::jsonb) as i(message uuid, claim int, recipients jsonb)
  where m.id = i.message and m.claim = i.claim and ${isSendingSql} and m.recipients is null`);

/** Writes them before a provider is called: of a delivery in parts its attempts do not say who else there is. */
export async function writeRecipients(database: Database, known: readonly KnownRecipients[]): Promise<void> {
  await database.query(recipientsSql, [JSON.stringify(known)]);
}

interface AttachmentRow {
  readonly n: number;
  readonly filename: string | null;
  readonly content_type: string | null;
  readonly cid: string | null;
  readonly disposition: "attachment" | "inline";
  readonly bytes: number;
  /** Null if it is large. */
  readonly content: Uint8Array | null;
}

/** A driver reads many bytes from a text twice as long, in buffers that double as they grow. */
const pieceBytes = 1024 * 1024;

/** The attachments of a message, in their order; large ones in pieces, so that little more than they is held at once. */
export async function readAttachments(database: Queryable, message: string): Promise<AttachmentInput[]> {
  const rows = await database.query<AttachmentRow>(
    `select n, filename, content_type, cid, disposition, octet_length(content) as bytes,
       case when sum(octet_length(content)) over (order by n) <= $2 then content end as content
     from relais.attachment where message = $1 order by n`,
    [message, pieceBytes],
  );
  const attachments: AttachmentInput[] = [];
  for (const row of rows) {
    const { filename, content_type, cid, disposition } = row;
    attachments.push({
      content: row.content ?? (await readAttachment(database, message, row)),
      contentDisposition: disposition,
      ...(filename === null ? {} : { filename }),
      ...(content_type === null ? {} : { contentType: content_type }),
      ...(cid === null ? {} : { cid }),
    });
  }
  return attachments;
}

/** @throws {Error} it is gone */
export async function readAttachment(
  database: Queryable,
  message: string,
  { n, bytes }: Pick<AttachmentRow, "n" | "bytes">,
): Promise<Uint8Array> {
  const content = Buffer.allocUnsafeSlow(bytes);
  for (let at = 0; at < bytes; at += pieceBytes) {
    const [row] = await database.query<{ piece: Uint8Array }>(
      "select substring(content from $3 for $4) as piece from relais.attachment where message = $1 and n = $2",
      [message, n, at + 1, pieceBytes],
    );
    if (row === undefined) throw new Error(`attachment ${n} of message ${message} is gone`);
    content.set(row.piece, at);
  }
  return content;
}
