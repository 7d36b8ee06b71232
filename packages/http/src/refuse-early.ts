import type { EncodedBody } from "./encode-body.ts";
import type { HttpLimits } from "./http-api.ts";
import type { Letter } from "./letter.ts";

/** Why the vendor would not take this letter, as far as its documented limits say; else `undefined`. */
export function refuseLetter(limits: HttpLimits, letter: Letter): string | undefined {
  const { maxRecipients = Number.POSITIVE_INFINITY, refuse } = limits;
  const { text, html, attachments, raw } = letter.message;
  // A message that exists as ready-made bytes only has none of them, and would arrive empty.
  if (raw !== undefined && text === undefined && html === undefined && attachments.length === 0) {
    return "neither text nor html nor an attachment, and an HTTP API carries nothing else";
  }
  const recipients = letter.to.length + letter.cc.length + letter.bcc.length;
  if (recipients > maxRecipients)
    return `${recipients} recipients; at most ${maxRecipients} are taken at once`;
  return refuse?.(letter);
}

/** The same for its size. */
export function refuseSize(limits: HttpLimits, body: EncodedBody): string | undefined {
  const { maxBodyBytes = Number.POSITIVE_INFINITY } = limits;
  if (body.bytes.length <= maxBodyBytes) return undefined;
  return `${body.bytes.length} bytes; at most ${maxBodyBytes} are taken`;
}
