import type { Message } from "@relais/core/spi";
import { addressText } from "./address-text.ts";

/** The headers that mail APIs have no field of their own for. Without Message-ID, which not every vendor lets one set. */
export function extraHeaders(message: Message): Record<string, string> {
  return {
    ...(message.sender === undefined ? {} : { Sender: addressText(message.sender) }),
    ...(message.inReplyTo === undefined ? {} : { "In-Reply-To": message.inReplyTo }),
    ...(message.references.length === 0 ? {} : { References: message.references.join(" ") }),
    ...message.headers,
  };
}
