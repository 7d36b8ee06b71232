import type { Message } from "@relais/core/spi";

/** An attachment with everything that mail APIs insist on. */
export interface Attached {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly cid: string | undefined;
}

/**
 * Attachments with names and types where they have none. A calendar event is the last of them: mail APIs have no
 * other place for it, and readers know it by its type and its name.
 */
export function attached({ attachments, icalEvent }: Message): Attached[] {
  const files = attachments.map(({ filename, contentType, content, cid }, i) => ({
    filename: filename ?? cid ?? `attachment-${i + 1}`,
    contentType: contentType ?? "application/octet-stream",
    content,
    cid,
  }));
  if (icalEvent === undefined) return files;
  const { method, filename, content } = icalEvent;
  const contentType = `text/calendar; charset=utf-8; method=${method}`;
  return [...files, { filename, contentType, content, cid: undefined }];
}

/** Bytes in base64, without copying them first. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
