import type { IncomingMessage } from "node:http";

/** Answers of SES have some hundred bytes; parsing 50 MB was seen to block for 1.6 s. */
const maxBytes = 1024 * 1024;

/** The whole body of an answer, or a rejection if it breaks off or has more than 1 MB (then the connection goes). */
export async function responseBody(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  if (!answer.complete) throw new Error("the answer broke off");
  return Buffer.concat(chunks);
}
