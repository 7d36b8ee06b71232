import { registered } from "../message/create-message.ts";
import type { Message } from "../message/message.ts";

// Under which names a provider carries `Message.id`, so that an event says which message it is about. Providers and
// receivers both use these.

/** The header of a mail. */
export const messageIdHeader = "X-Relais-Id";

/** The tag (SES, Resend), custom argument (SendGrid), variable (Mailgun) or metadata (Postmark). */
export const messageIdTag = "relais_id";

/** What these carry: the id in an outbox, or `Message.id`; `undefined` where the message shall not be known again. */
export function correlationId({ tags, id, correlation }: Message): string | undefined {
  return correlation === false ? undefined : (tags[messageIdTag] ?? id);
}

/** The message as one that shall not be known again, without the id that an outbox has given it. */
export function withoutCorrelation(message: Message): Message {
  const { [messageIdTag]: _, ...tags } = message.tags;
  return registered({ ...message, tags: Object.freeze(tags), correlation: false });
}

/** Whether a message has the header already. */
export const hasMessageIdHeader = ({ headers }: Message): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === lowerHeader);

const lowerHeader = messageIdHeader.toLowerCase();

/** The message with header and tag, for APIs that take fields; the tag first, since some take no more than ten. */
export function withCorrelation(message: Message): Message {
  const id = correlationId(message);
  if (id === undefined) return message;
  const { headers, tags } = message;
  return {
    ...message,
    headers: hasMessageIdHeader(message) ? headers : { ...headers, [messageIdHeader]: id },
    tags: { [messageIdTag]: id, ...tags },
  };
}
