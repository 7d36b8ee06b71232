import { type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import type { MessageInput, Provider } from "@relais/core/spi";
import { compile } from "@relais/mime";
import { smtp } from "@relais/smtp";
import { describe, expect, onTestFinished, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";
import { until } from "./until.ts";

async function pair(options: SmtpServerOptions = {}): Promise<{ server: SmtpServer; provider: Provider }> {
  const server = await smtpServer(options);
  const provider = smtp({ host: server.host, port: server.port });
  onTestFinished(async () => {
    await provider.close?.();
    await server.close();
  });
  return { server, provider };
}

const megabyte: MessageInput = { attachments: [{ filename: "a.bin", content: Buffer.alloc(800_000, 5) }] };
const sizes: readonly (readonly [string, MessageInput])[] = [
  ["a short message", {}],
  ["a message of a megabyte", megabyte],
];
const gate = (): { open: () => void; shut: () => void; wait: Promise<void> } => {
  let open = (): void => {};
  let shut = (): void => {};
  const wait = new Promise<void>((resolve, reject) => {
    open = resolve;
    shut = () => reject(new Error("no"));
  });
  return { open, shut, wait };
};

describe.for(sizes)("the hand-over of %s", ([, input]) => {
  test("is asked once, when the server cannot have all of it, and the dot waits for it", async () => {
    const { server, provider } = await pair();
    const message = await mail(input);
    const { bytes } = await compile(message);
    const door = gate();
    const context = sendContext(message, { handOver: () => door.wait });
    const sending = provider.send(message, context);

    await until(() => context.handOvers === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.sessions[0]?.bodyBytes).toBeLessThan(bytes.length);
    expect(server.sessions[0]?.finalDots).toBe(0);
    expect(server.sessions[0]?.commands.at(-1)).toBe("DATA");

    door.open();
    expect(await sending).toMatchObject({ success: true, messageId: message.messageId });
    expect(context.handOvers).toBe(1);
    expect(server.accepted[0]?.data.equals(bytes)).toBe(true);
  });

  test("ends in cancelled if it is declined, and the server never sees a final dot", async () => {
    const { server, provider } = await pair();
    const message = await mail(input);
    const context = sendContext(message, { handOver: () => Promise.reject(new Error("no mark, no mail")) });
    expect(await provider.send(message, context)).toMatchObject({ success: false, kind: "cancelled" });
    await until(() => server.open === 0);
    expect(server.sessions[0]?.finalDots).toBe(0);
    expect(server.accepted).toEqual([]);
  });

  test("that is pending when the connection is lost leaves a plain failure, and nothing is handed over afterwards", async () => {
    const { server, provider } = await pair();
    const message = await mail(input);
    const door = gate();
    const context = sendContext(message, { handOver: () => door.wait });
    const sending = provider.send(message, context);
    await until(() => context.handOvers === 1);
    await server.down();
    expect(await sending).toMatchObject({ success: false, kind: "transient" });
    door.open();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.accepted).toEqual([]);
  });
});

test("a refusal of every recipient never reaches the hand-over, and the connection is used again", async () => {
  const { server, provider } = await pair({ script: { rcpt: { reply: "550 5.1.1 no such user" } } });
  const resets = (): number => server.sessions[0]?.commands.filter((line) => line === "RSET").length ?? 0;
  for (const nth of [1, 2]) {
    const message = await mail();
    const context = sendContext(message);
    expect(await provider.send(message, context)).toMatchObject({ kind: "rejected" });
    expect(context.handOvers).toBe(0);
    await until(() => resets() === nth);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(server.connections).toBe(1);
});

test.for([
  ["552 5.3.4 too big", "refused"],
  ["451 4.3.0 out of room", "transient"],
  ["250 2.0.0 thanks already", "transient"],
  ["354 go on again", "transient"],
] as const)(
  "an answer before the end, %s, is %s, and the rest of the body is kept back",
  async ([reply, kind]) => {
    const { server, provider } = await pair({ script: { body: { afterBytes: 0, next: { reply } } } });
    const message = await mail();
    const door = gate();
    const context = sendContext(message, { handOver: () => door.wait });
    expect(await provider.send(message, context)).toMatchObject({ success: false, kind });
    door.open();
    await until(() => server.open === 0);
    expect(server.sessions[0]?.finalDots).toBe(0);
    expect(server.accepted).toEqual([]);
  },
);

test("a hand-over that throws instead of rejecting is declined too", async () => {
  const { server, provider } = await pair();
  const message = await mail();
  const context = {
    ...sendContext(message),
    handOver: () => {
      throw new Error("thrown");
    },
  };
  expect(await provider.send(message, context)).toMatchObject({ kind: "cancelled" });
  expect(server.accepted).toEqual([]);
});

test("a message whose connection is cut far from its end was not handed over", async () => {
  const { server, provider } = await pair({ script: { body: { afterBytes: 100_000, next: "reset" } } });
  const message = await mail({ attachments: [{ filename: "a.bin", content: Buffer.alloc(12_000_000, 5) }] });
  const context = sendContext(message);
  expect(await provider.send(message, context)).toMatchObject({ kind: "transient" });
  expect(context.handOvers).toBe(0);
  expect(server.accepted).toEqual([]);
});
