import type { Attachment } from "@relais/core/spi";

/** An attachment with everything that mail APIs insist on. */
export interface Attached {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly cid: string | undefined;
}

/** Attachments with names and types where they have none. */
export function attached(list: readonly Attachment[]): Attached[] {
  return list.map(({ filename, contentType, content, cid }, i) => ({
    filename: filename ?? cid ?? `attachment-${i + 1}`,
    contentType: contentType ?? "application/octet-stream",
    content,
    cid,
  }));
}

/** Bytes in base64, without copying them first. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
