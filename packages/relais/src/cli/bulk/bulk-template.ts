import { createHash, hash } from "node:crypto";
import { InvalidMessage, type MessageInput } from "@relais/core";
import type { MessageFlags } from "../message-from-flags.ts";
import { headerLines } from "../message-from-flags.ts";
import { AmbiguousColumn, type ColumnKind, columnFor } from "./column-names.ts";
import { MissingField, merge } from "./merge.ts";
import type { Row } from "./rows.ts";

/** What each row is merged into: the flags of `relais send`. */
export type BulkTemplate = Omit<MessageFlags, "id">;

/** A row that no message can be made of. The message is one sentence without the line. */
export class InvalidRow extends Error {
  override readonly name = "InvalidRow";
}

/** Tells one template from another: a run is resumed with the same, or not at all. */
export function templateHash(template: BulkTemplate): string {
  return createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 32);
}

/** The same for the same row of the same run, whenever it is sent: a second copy is known as one. */
export function rowId({ line, fields }: Row, template: string): string {
  // In one go: an object for each of hundreds of thousands of hashes holds memory that the collector does not see.
  const digest = hash("sha256", JSON.stringify([template, line, Object.entries(fields)]), "buffer");
  return `bulk-${digest.toString("hex", 0, 16)}`;
}

/** The message of a row. @throws {InvalidRow} one sentence that names the field */
export function bulkMessage(template: BulkTemplate, row: Row, id: string): MessageInput {
  const { fields } = row;
  const odd = Object.entries(fields).find(([, value]) => value.includes("\uFFFD"));
  // Rather than thousands of mails to "Jos\uFFFD".
  if (odd !== undefined)
    throw new InvalidRow(`${odd[0]} is not written in UTF-8; spreadsheets save that as CSV UTF-8`);
  const plain = (text: string): string => merge(text, fields);
  try {
    const own = (name: ColumnKind, html = false): string | undefined => {
      const given = template[name];
      if (given !== undefined)
        return merge(Array.isArray(given) ? given.join(", ") : (given as string), fields, html);
      const column = columnFor(fields, name);
      return column === undefined ? undefined : fields[column];
    };
    const to = template.to === undefined ? own("to") : template.to.map(plain);
    if (to === undefined) throw new InvalidRow("there is neither --to nor a column to or email");
    if (to === "") throw new InvalidRow(`the column ${columnFor(fields, "to")} is empty`);
    const { from, cc, bcc, replyTo, header, attach } = template;
    return {
      id,
      to,
      ...present({ subject: own("subject"), text: own("text"), html: own("html", true) }),
      ...present({ from: from && plain(from), replyTo: replyTo && plain(replyTo) }),
      ...present({
        cc: cc?.map(plain),
        bcc: bcc?.map(plain),
        headers: header && headerLines(header.map(plain)),
      }),
      ...(attach && { attachments: attach.map((path) => ({ path: plain(path) })) }),
    };
  } catch (error) {
    const ours = [MissingField, AmbiguousColumn, InvalidMessage].some((kind) => error instanceof kind);
    throw ours ? new InvalidRow((error as Error).message) : error;
  }
}

/** Which column a field of the message came from: for whoever has to find the fault. */
export function columnBehind(template: BulkTemplate, { fields }: Row, field: string): string | undefined {
  const kind = (["to", "subject", "text", "html"] as const).find(
    (one) => field === one || field.startsWith(`${one}[`),
  );
  return kind === undefined || template[kind] !== undefined ? undefined : columnFor(fields, kind);
}

function present<T extends object>(some: T): T {
  return Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined)) as T;
}
