import type { MessageInput } from "@relais/core";
import type { Queryable } from "../database/database.ts";
import type { UnknownPolicy } from "./message.ts";

/** The column `content`: fields of a message, or those beside a whole mail. */
export type StoredContent = MessageInput & {
  /** The message is a whole mail, and its bytes are the first attachment: they are read when it is sent. */
  readonly wholeMail?: true;
};

/** A message as the SQL function `relais.enqueue` takes it. */
export interface EnqueueRow {
  readonly tenant: string;
  readonly idempotencyKey?: string | undefined;
  readonly priority: number;
  readonly sendAt?: string | undefined;
  readonly expiresAt: string;
  readonly onUnknown: UnknownPolicy;
  readonly content: StoredContent;
  readonly recipients: readonly string[];
  readonly attachments: readonly {
    readonly filename?: string | undefined;
    readonly contentType?: string | undefined;
    readonly cid?: string | undefined;
    readonly disposition: "attachment" | "inline";
    /** base64 */
    readonly content: string;
  }[];
}

/** What became of a message that was enqueued. */
export interface Enqueued {
  /** The message's id, in the outbox, as tag, and in `X-Relais-Id`. */
  readonly id: string;
  /** False if a message with this idempotency key was there already: then `id` is that one's. */
  readonly created: boolean;
  /**
   * Whether that one is another mail: other addresses, headers, bodies or attachments. Its id, its date, and when and
   * how it is sent may differ.
   */
  readonly conflict: boolean;
}

/** Tables of a version before 6 do not say it: an application may be updated before them. */
const conflictSql = "to_jsonb(q)->>'conflict' as conflict";

/** Writes one message with its attachments. @param row an `EnqueueRow` as JSON */
export async function insertMessage(queryable: Pick<Queryable, "query">, row: string): Promise<Enqueued> {
  const sql = `select q.id::text, q.created, ${conflictSql} from relais.enqueue($1::jsonb) q`;
  const [written] = await queryable.query<Enqueued>(sql, [row]);
  return enqueuedOf(written as Enqueued);
}

/** Writes many, in one statement and in their order. */
export async function insertMessages(
  queryable: Pick<Queryable, "query">,
  rows: readonly string[],
): Promise<Enqueued[]> {
  const sql = `select q.id::text, q.created, ${conflictSql} from jsonb_array_elements($1::jsonb) with ordinality as e(value, n),
    lateral relais.enqueue(e.value) q order by e.n`;
  return (await queryable.query<Enqueued>(sql, [`[${rows.join(",")}]`])).map(enqueuedOf);
}

function enqueuedOf({ id, created, conflict }: Record<keyof Enqueued, unknown>): Enqueued {
  return { id: id as string, created: isTrue(created), conflict: isTrue(conflict) };
}

/** In a transaction of the application's a boolean comes as the application has set its driver. */
const isTrue = (value: unknown): boolean => value === true || value === "t" || value === "true";
