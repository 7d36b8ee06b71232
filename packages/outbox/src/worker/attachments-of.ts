import type { AttachmentInput } from "@relais/core";
import type { Queryable } from "../database/database.ts";

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
export async function attachmentsOf(database: Queryable, message: string): Promise<AttachmentInput[]> {
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
