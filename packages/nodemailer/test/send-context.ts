import { createMessage, type Message, type MessageInput, type SendContext } from "@relais/core/spi";

interface Wishes {
  readonly signal?: AbortSignal;
  readonly handOver?: () => Promise<void>;
}

export interface TestContext extends SendContext {
  /** How often `handOver` was called. */
  readonly handOvers: number;
}

/** What a chain would give a provider with this message. */
export function sendContext({ envelope }: Message, { signal, handOver }: Wishes = {}): TestContext {
  let handOvers = 0;
  return {
    envelope,
    signal: signal ?? new AbortController().signal,
    handOver: async () => {
      handOvers += 1;
      await handOver?.();
    },
    get handOvers() {
      return handOvers;
    },
  };
}

/** A short mail, with these changes. */
export function mail(input: MessageInput = {}): Promise<Message> {
  return createMessage({
    from: "a@x.test",
    to: "b@x.test",
    subject: "Hello",
    text: "Hi\n.there\n",
    ...input,
  });
}
