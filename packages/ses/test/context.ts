import { createMessage, type Message, type MessageInput, type SendContext } from "@relais/core/spi";

/** What one attempt is given here, and what it did with the hand-over. */
export interface TestContext extends SendContext {
  handOvers: number;
}

export interface ContextParts {
  readonly to?: readonly string[];
  readonly from?: string;
  readonly signal?: AbortSignal;
  readonly onHandOver?: () => Promise<void> | void;
}

/** A context as a chain would make it, that counts hand-overs. */
export function context(message: Message, parts: ContextParts = {}): TestContext {
  const made: TestContext = {
    envelope: { from: parts.from ?? message.envelope.from, to: parts.to ?? message.envelope.to },
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
export function letter(input: MessageInput = {}): Promise<Message> {
  return createMessage({
    from: "Ann <ann@example.com>",
    to: "bob@example.org",
    subject: "Hello",
    text: "Hello Bob",
    ...input,
  });
}

/** A message whose one attachment has this many random-like bytes. */
export function parcel(bytes: number): Promise<Message> {
  return letter({ attachments: [{ filename: "a.bin", content: Buffer.alloc(bytes, "0123456789abcdef") }] });
}
