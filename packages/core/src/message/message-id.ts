import { randomUUID } from "node:crypto";
import { InvalidMessage } from "./invalid-message.ts";
import { quote } from "./quote.ts";
import { headerText } from "./text-field.ts";

const key = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
// msg-id without comments, quotes and literals (RFC 5322, 3.6.4)
const full = /^<?([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}@[A-Za-z0-9.-]{1,253})>?$/;

/** One Message-ID, with angle brackets. */
export function messageIdField(field: string, value: unknown): string {
  const written = headerText(field, value, 512).trim();
  const bare = full.exec(written)?.[1];
  if (bare === undefined || written.startsWith("<") !== written.endsWith(">")) {
    throw new InvalidMessage(field, `${quote(written)} is not a Message-ID`);
  }
  return `<${bare}>`;
}

/** `id` and Message-ID of a message: a key of the caller's own, a whole Message-ID, or a new UUID. */
export function identity(
  value: unknown,
  senderDomain: string,
): { readonly id: string; readonly messageId: string } {
  const id = value === undefined ? randomUUID() : headerText("id", value, 512);
  if (key.test(id)) return { id, messageId: `<${id}@${senderDomain}>` };
  if (!id.includes("@")) {
    throw new InvalidMessage(
      "id",
      `${quote(id)} must be letters, digits, ., _ and - (at most 128), or a Message-ID`,
    );
  }
  return { id, messageId: messageIdField("id", id) };
}
