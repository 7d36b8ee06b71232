import { isLoopback } from "../runtime/is-loopback.ts";
import { bareAddress } from "./address.ts";
import { headerText, InvalidMessage, isAbsent, pickOwn, quote } from "./fields.ts";
import type { Headers } from "./headers.ts";
import type { Envelope, Unsubscribe } from "./message.ts";

/** One-click unsubscribe (RFC 8058), as an application writes it. */
export interface UnsubscribeInput {
  /** Where `unsubscribeHandler` listens: `https://example.org/unsubscribe`. A token is added to it. */
  readonly url: string;
  /** What is unsubscribed from, `newsletter`. @defaultValue every mail */
  readonly stream?: string | null | undefined;
  /** An address that takes mails that unsubscribe, for readers that send no requests: `unsubscribe@example.org`. */
  readonly mailto?: string | null | undefined;
}

const fields = new Set(["url", "stream", "mailto"]);
const headerNames = new Set(["list-unsubscribe", "list-unsubscribe-post"]);
const maxUrlCharacters = 300;

function urlOf(value: unknown): string {
  const text = headerText("unsubscribe.url", value, maxUrlCharacters);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttps = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  // RFC 8058, 3.1.
  if (url === undefined || !isHttps)
    throw new InvalidMessage("unsubscribe.url", `must be an https URL, not ${quote(value)}`);
  return url.href;
}

/** @throws {InvalidMessage} if it cannot be used with this message */
export function readUnsubscribe(
  value: unknown,
  envelope: Envelope,
  headers: Headers,
  streamOfMessage: string | undefined,
): Unsubscribe | undefined {
  if (isAbsent(value) || value === false) return undefined;
  const input = pickOwn<UnsubscribeInput>("unsubscribe", value, fields, "an unsubscribe link");
  const own = Object.keys(headers).find((name) => headerNames.has(name.toLowerCase()));
  if (own !== undefined)
    throw new InvalidMessage("unsubscribe", `the message has the header ${own}; give one of the two`);
  if (envelope.to.length > 1)
    throw new InvalidMessage(
      "unsubscribe",
      `the link is for one recipient, and the message has ${envelope.to.length}; send one message to each`,
    );
  const { mailto } = input;
  const stream = isAbsent(input.stream)
    ? streamOfMessage
    : headerText("unsubscribe.stream", input.stream, 100);
  // Who leaves a stream must be held back from what is sent in it.
  if (streamOfMessage !== undefined && stream !== streamOfMessage)
    throw new InvalidMessage("unsubscribe.stream", "must be the stream of the message");
  return Object.freeze({
    url: urlOf(input.url),
    ...(stream === undefined ? {} : { stream }),
    ...(isAbsent(mailto) ? {} : { mailto: bareAddress("unsubscribe.mailto", mailto) }),
  });
}
