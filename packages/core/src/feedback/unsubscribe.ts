import { registered } from "../message/create-message.ts";
import { InvalidMessage } from "../message/fields.ts";
import type { Message } from "../message/message.ts";
import { openToken, signToken } from "../runtime/signed-token.ts";

const purpose = "unsubscribe";
const version = 1;
const macBytes = 16;

/** What a link to unsubscribe is about. */
export interface UnsubscribeRequest {
  /** @defaultValue `default` */
  readonly tenant?: string | undefined;
  /** Every mail if absent. */
  readonly stream?: string | undefined;
  readonly recipient: string;
  /** `Message.id`. */
  readonly message: string;
}

/** The token of a link. Who has it can read it: it is in the recipient's own mail. */
export function unsubscribeToken(
  { tenant = "", stream = "", recipient, message }: UnsubscribeRequest,
  secret: string,
): string {
  const content = Buffer.from(JSON.stringify([tenant, stream, recipient, message]));
  return signToken(purpose, Buffer.concat([Buffer.from([version]), content]), secret, macBytes).toString(
    "base64url",
  );
}

/** What a token is about that one of these secrets signed; `undefined` if none did. */
export function readUnsubscribeToken(
  token: string,
  secrets: readonly string[],
): UnsubscribeRequest | undefined {
  const bytes = Buffer.from(token, "base64url");
  // Another spelling of the same bytes is none.
  if (bytes.toString("base64url") !== token) return undefined;
  const content = openToken(purpose, bytes, secrets, macBytes);
  if (content?.[0] !== version) return undefined;
  const [tenant, stream, recipient, message] = JSON.parse(content.subarray(1).toString()) as [
    string,
    string,
    string,
    string,
  ];
  return {
    ...(tenant === "" ? {} : { tenant }),
    ...(stream === "" ? {} : { stream }),
    recipient,
    message,
  };
}

/** The parameter of the link that holds the token. */
export const unsubscribeParameter = "token";
/** A line of a header holds 998 characters, and a URL cannot be folded. */
const maxLinkCharacters = 900;

/**
 * The message with the headers of one-click unsubscribe (RFC 8058), signed for its recipient; the same message if it
 * asks for none.
 * @throws {InvalidMessage} there is no secret, or the link is too long
 */
export function withUnsubscribe(
  message: Message,
  secret: string | undefined,
  id: string,
  tenant: string | undefined,
): Message {
  const { unsubscribe, ...rest } = message;
  const [recipient] = message.envelope.to;
  if (unsubscribe === undefined || recipient === undefined) return message;
  if (secret === undefined)
    throw new InvalidMessage(
      "unsubscribe",
      "needs a secret: the option unsubscribe of the chain, or RELAIS_UNSUBSCRIBE_SECRET",
    );
  const { url, stream, mailto } = unsubscribe;
  const token = unsubscribeToken({ tenant, stream, recipient, message: id }, secret);
  const link = new URL(url);
  link.searchParams.set(unsubscribeParameter, token);
  if (link.href.length > maxLinkCharacters)
    throw new InvalidMessage(
      "unsubscribe",
      `the link has ${link.href.length} characters; at most ${maxLinkCharacters} are allowed`,
    );
  const links = [`<${link.href}>`, ...(mailto === undefined ? [] : [`<mailto:${mailto}?subject=${token}>`])];
  const headers = Object.assign(Object.create(null) as Record<string, string>, message.headers, {
    "List-Unsubscribe": links.join(", "),
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  });
  return registered({ ...rest, headers: Object.freeze(headers) });
}
