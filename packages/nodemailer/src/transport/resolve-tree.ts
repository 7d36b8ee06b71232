import type { MailMessage } from "nodemailer/lib/mailer";
import type MimeNode from "nodemailer/lib/mime-node";

function isAtHand(content: unknown): boolean {
  return typeof content !== "object" || content === null || ArrayBuffer.isView(content);
}

/**
 * Reads what the parts of a composed mail only name: streams, paths, URLs. nodemailer's own reader does it, so its
 * `disableFileAccess` and `disableUrlAccess` hold. A stream can be read once, and both the bytes and the structured
 * message need what is in it.
 */
export async function resolveTree<T>(mail: MailMessage<T>, node: MimeNode): Promise<void> {
  const { content } = node;
  if (!isAtHand(content) && !(content instanceof Error)) {
    node.content = await mail.resolveContent(node as unknown as { content: unknown }, "content");
  }
  for (const child of node.childNodes) await resolveTree(mail, child);
}
