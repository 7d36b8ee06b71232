import type { MessageInput } from "@relais/core/spi";

/** Messages that fit into the buffers of a connection, and ones that do not. */
export const sizes: readonly { readonly name: string; readonly input: MessageInput }[] = [
  { name: "a short message", input: {} },
  {
    name: "a message of 400 kB",
    input: { attachments: [{ filename: "a.txt", content: Buffer.alloc(400_000, "relais") }] },
  },
];
