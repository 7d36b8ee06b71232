import type { MailMessage } from "nodemailer/lib/mailer";
import type MimeNode from "nodemailer/lib/mime-node";

/** A header before it is written. nodemailer keeps them in order, and has no public list of them. */
export interface HeaderEntry {
  readonly key: string;
  value: unknown;
}

/** The headers of a part. @throws {TypeError} a nodemailer that keeps them elsewhere: nothing could be checked */
export function headerEntries(node: MimeNode): readonly HeaderEntry[] {
  const { _headers: entries } = node as unknown as { _headers?: unknown };
  if (!Array.isArray(entries))
    throw new TypeError("relaisTransport: this version of nodemailer is not known");
  return entries as HeaderEntry[];
}

/** A part and all within it. */
export function allNodes(node: MimeNode): readonly MimeNode[] {
  return [node, ...node.childNodes.flatMap(allNodes)];
}

function isInline(content: unknown): boolean {
  return typeof content !== "object" || content === null || ArrayBuffer.isView(content);
}

/**
 * Reads the contents that the parts of a composed mail only name: streams, paths, URLs. nodemailer's own reader does
 * it, so its `disableFileAccess` and `disableUrlAccess` hold. A stream can be read once, and both the bytes and the structured
 * message need its content.
 */
export async function resolveContents<T>(mail: MailMessage<T>, node: MimeNode): Promise<void> {
  const { content } = node;
  if (!isInline(content) && !(content instanceof Error)) {
    node.content = await mail.resolveContent(node as unknown as { content: unknown }, "content");
  }
  for (const child of node.childNodes) await resolveContents(mail, child);
}
