import type { IncomingMessage } from "node:http";

/** Answers of SES have some hundred bytes. Reading 1 MB of hostile XML was seen to block for 0.3 s. */
const maxBytes = 64 * 1024;

/** An error of SES with long words, short; nothing if it is no error of SES. */
function shortened(start: string): string {
  const [, code] = /<Code>([A-Za-z0-9.]{1,100})<\/Code>/.exec(start) ?? [];
  if (code === undefined) return "";
  const [, words = ""] = /<Message>([^<]{0,2000})/.exec(start) ?? [];
  const whole = words.replace(/&[^;&]{0,10}$/, "");
  return `<ErrorResponse><Error><Code>${code}</Code><Message>${whole}</Message></Error></ErrorResponse>`;
}

/**
 * The whole body of an answer, or a rejection if it breaks off. Of one with more than 64 KB, the error's name and the
 * beginning of its words; a rejection if it is no error. The connection goes then.
 */
export async function responseBody(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes <= maxBytes) continue;
    answer.destroy();
    if ((answer.statusCode ?? 0) < 400) throw new Error(`the answer has more than ${maxBytes} bytes`);
    return Buffer.from(shortened(Buffer.concat(chunks).toString("utf8", 0, 8 * 1024)));
  }
  if (!answer.complete) throw new Error("the answer broke off");
  return Buffer.concat(chunks);
}
