import { createMessage, type MessageInput } from "../src/message/create-message.ts";
import type { Message } from "../src/message/message.ts";

export const ann = "ann@example.org";
export const bob = "bob@example.org";
export const cyd = "cyd@example.org";

/** A message to Ann, but for what is given. */
export function sampleInput(more: MessageInput = {}): MessageInput {
  return { from: "shop@example.com", to: ann, subject: "Hello", text: "Hello", ...more };
}

export function sampleMessage(more: MessageInput = {}): Promise<Message> {
  return createMessage(sampleInput(more));
}
