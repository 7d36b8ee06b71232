import type { Chain, MessageInput } from "@relais/core";
import { NoticeError, type Notify } from "./notice.ts";

/** Whom notices go to. */
export type EmailNoticeParts = Pick<MessageInput, "from" | "to" | "cc" | "headers">;

/**
 * Sends notices as mails. Give it another chain than the one that is observed: a chain in trouble does
 * not deliver the notice.
 * @throws {TypeError} if there is no chain, or no recipient
 */
export function emailNotice(chain: Pick<Chain, "send">, parts: EmailNoticeParts): Notify {
  if (typeof chain?.send !== "function") throw new TypeError("emailNotice: chain must be a chain");
  if (parts?.to === undefined) throw new TypeError("emailNotice: to is missing");
  const { headers, ...envelope } = parts;
  return async (notice, signal) => {
    const { text, type, provider, at } = notice;
    const delivery = await chain.send(
      {
        ...envelope,
        // What to do about it is for the text.
        subject: text.replace(/; .*$|\.$/, ""),
        text: `${text}\n\n${type} of ${provider}, ${new Date(at).toISOString()}\n`,
        // Asks for no automatic answers (RFC 3834).
        headers: { "Auto-Submitted": "auto-generated", ...headers },
      },
      { signal },
    );
    if (!delivery.success) throw new NoticeError(`the mail is ${delivery.status} (${delivery.kind})`);
  };
}
