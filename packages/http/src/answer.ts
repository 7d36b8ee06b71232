import type { IncomingMessage } from "node:http";

/** An HTTP answer, complete. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The text as JSON; `undefined` if it is none, or has more than 128 KB. */
  readonly json: unknown;
}

/** Answers of mail APIs have some hundred bytes. */
const maxBytes = 1024 * 1024;

/** A word on each of 1,000 recipients has 100 KB. Reading 1 MB of hostile JSON was seen to block for 0.1 s. */
const maxJsonCharacters = 128 * 1024;

function parsed(text: string): unknown {
  if (text.length > maxJsonCharacters) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The whole of an answer, or a rejection if it breaks off or has more than 1 MB. */
export async function readAnswer(head: IncomingMessage): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of head as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  if (!head.complete) throw new Error("the answer broke off");
  const text = Buffer.concat(chunks).toString("utf8");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(head.headers)) headers[name] = String(value);
  return { status: head.statusCode ?? 0, headers, text, json: parsed(text) };
}

/** What an answer's JSON holds at this path, if it is a text or a number; as text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  if (typeof at === "number") return String(at);
  return typeof at === "string" && at !== "" ? at : undefined;
}
