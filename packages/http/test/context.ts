import { createMessage, type Message, type MessageInput, type SendContext } from "@relais/core/spi";

/** What one attempt is given here, and what it did with the hand-over. */
export interface TestContext extends SendContext {
  handOvers: number;
}

export interface ContextParts {
  readonly to?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onHandOver?: () => Promise<void> | void;
}

/** A context as a chain would make it, that counts hand-overs. */
export function context(message: Message, parts: ContextParts = {}): TestContext {
  const made: TestContext = {
    envelope: { from: message.envelope.from, to: parts.to ?? message.envelope.to },
    signal: parts.signal ?? new AbortController().signal,
    handOvers: 0,
    async handOver() {
      made.handOvers += 1;
      await parts.onHandOver?.();
    },
  };
  return made;
}

/** A small message, or what is asked for. */
export function sampleMessage(input: MessageInput = {}): Promise<Message> {
  return createMessage({
    id: "order-1",
    from: "Ann <ann@example.com>",
    to: "bob@example.org",
    subject: "Hello",
    text: "Hello Bob",
    ...input,
  });
}

/** A message with something of everything. */
export function richLetter(more: MessageInput = {}): Promise<Message> {
  return sampleMessage({
    from: "Ann Lee <ann@example.com>",
    to: ['"Bob, the \\"B\\"" <bob@example.org>', "cyd@example.org"],
    cc: "Dan <dan@example.org>",
    bcc: "eve@example.org",
    replyTo: "Help <help@example.com>",
    subject: "Zähler №1",
    text: "text ✓",
    html: '<p>html ✓ <img src="cid:logo"></p>',
    headers: { "X-Order": "1" },
    tags: { kind: "receipt", order: "1" },
    inReplyTo: "<first@example.com>",
    references: ["<zero@example.com>", "<first@example.com>"],
    attachments: [
      { filename: "a.txt", content: Buffer.from("aaa"), contentType: "text/plain" },
      { filename: "logo.png", content: Buffer.from([1, 2, 3, 255]), contentType: "image/png", cid: "logo" },
    ],
    ...more,
  });
}
