import { expect, test } from "vitest";
import { createMessage } from "../src/message/create-message.ts";
import { ann, sampleInput, sampleMessage } from "./sample-message.ts";

test("a field is read once: it cannot be one thing when checked and another when used", async () => {
  let reads = 0;
  const shifty = {
    ...sampleInput(),
    get subject(): string {
      reads += 1;
      return reads === 1 ? "Hello" : "Hello\r\nBcc: eve@example.org";
    },
  };
  expect((await createMessage(shifty)).subject).toBe("Hello");
  expect(reads).toBe(1);
});

test("what an object inherits is not read, be it a recipient, a name or a file", async () => {
  const polluted = Object.prototype as { bcc?: string; name?: string; path?: string };
  Object.assign(polluted, { bcc: "eve@example.org", name: "eve@example.org", path: "/etc/passwd" });
  try {
    const message = await sampleMessage({ to: { address: ann }, attachments: [{ content: "x" }] });
    expect(message.envelope.to).toEqual([ann]);
    expect(message.to).toEqual([{ address: ann }]);
    expect(Buffer.from(message.attachments[0]?.content ?? []).toString()).toBe("x");
  } finally {
    delete polluted.bcc;
    delete polluted.name;
    delete polluted.path;
  }
});

test("a field that is there but undefined is absent", async () => {
  const message = await sampleMessage({ cc: undefined, subject: undefined, envelope: undefined });
  expect(message).toMatchObject({ cc: [], subject: "", envelope: { to: [ann] } });
});
