import type { Message } from "@relais/core/spi";
import { parts } from "@relais/mime";

/**
 * The message with what a whole mail holds in the fields that vendors' APIs have, or a reason why there is none. A vendor
 * writes a mail anew, so that one without a Message-ID gets one here, the same at each try.
 */
export async function withParts(message: Message): Promise<Message | string> {
  if (message.raw === undefined) return message;
  const { raw: _, ...header } = message;
  const { from, messageId, id } = header;
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  if (domain === "") return "the mail has no From field, which mail APIs want";
  try {
    const found = await parts(message);
    const key = /^[A-Za-z0-9._-]+$/.test(id) ? id : Buffer.from(id).toString("base64url");
    // A mail without a body is an empty one.
    const empty = found.html === undefined && found.attachments.length === 0 ? { text: "" } : {};
    return { ...header, ...empty, ...found, messageId: messageId || `<${key}@${domain}>` };
  } catch {
    return "the mail's parts cannot be read";
  }
}
