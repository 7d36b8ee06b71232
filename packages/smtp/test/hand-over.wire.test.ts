import { type AddressInfo, createServer, type Socket } from "node:net";
import { type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import type { MessageInput, Provider } from "@relais/core/spi";
import { compile } from "@relais/mime";
import { smtp } from "@relais/smtp";
import { describe, expect, onTestFinished, test } from "vitest";
import { Body } from "../src/connection/body.ts";
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

/** Lets sockets be read: a timer alone may end before what came in meanwhile is seen. */
async function turns(delayMs = 5): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
}

describe("a refusal in the middle of a body that comes in pieces", () => {
  const refusal = "552-5.3.4 too large\r\n552 5.3.4 the limit is 1 MB\r\n";

  test.for(Array.from({ length: refusal.length - 1 }, (_, i) => i + 1))(
    "is waited for, and the final dot kept back (cut at %i)",
    async (cutAt) => {
      let far: Socket | undefined;
      let received = "";
      let isHandingOver = false;
      const server = createServer({ noDelay: true }, (socket) => {
        far = socket;
        socket.on("error", () => undefined);
        socket.on("data", (chunk) => {
          const text = chunk.toString("latin1");
          received += text;
          if (/^DATA/m.test(text)) {
            socket.write("354 g");
            setTimeout(() => socket.write("o on\r\n"), 5);
          } else if (/^EHLO/.test(text)) socket.write("250-x\r\n250 8BITMIME\r\n");
          else if (/^(?:MAIL|RCPT)/.test(text)) socket.write("250 ok\r\n");
        });
        socket.write("220 x\r\n");
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const provider = smtp({ host: "127.0.0.1", port, requireTLS: false });
      const message = await mail();
      const sending = provider.send(
        message,
        sendContext(message, {
          handOver: async () => {
            isHandingOver = true;
            far?.write(refusal.slice(0, cutAt));
            await turns();
          },
        }),
      );
      await until(() => isHandingOver);
      await turns(20);
      far?.write(refusal.slice(cutAt));
      expect(await sending).toMatchObject({ success: false, kind: "refused", code: "552 5.3.4" });
      await turns();
      expect(received).not.toContain("From:");
      await provider.close?.();
      server.close();
    },
  );
});

test.for([
  ["cut", undefined],
  ["answered with 421", "421 4.3.2 closing\r\n"],
  ["refused", "552 5.3.4 too large\r\n"],
] as const)(
  "a message whose connection is %s while it waits to be read is never handed over",
  async ([, reply]) => {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        const text = chunk.toString("latin1");
        if (/^DATA/m.test(text)) {
          socket.pause();
          socket.write("354 go on\r\n");
          setTimeout(() => (reply === undefined ? socket.resetAndDestroy() : socket.write(reply)), 50);
        } else socket.write(text.startsWith("EHLO") ? "250-x\r\n250 8BITMIME\r\n" : "250 ok\r\n");
      });
      socket.write("220 x\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const provider = smtp({ host: "127.0.0.1", port, requireTLS: false, pool: false });
    const content = Buffer.alloc(8_000_000, 5);
    const message = await mail({ attachments: [{ filename: "a.bin", content }] });
    const context = sendContext(message);
    const outcome = await provider.send(message, context);
    expect(outcome).toMatchObject({ success: false, kind: reply?.startsWith("5") ? "refused" : "transient" });
    expect(context.handOvers).toBe(0);
    await provider.close?.();
    server.close();
  },
);

test("a message whose last wait for the socket ends with the connection is not handed over", async () => {
  let handOvers = 0;
  const body = new Body(Buffer.from("x".repeat(100_000)), async () => {
    handOvers += 1;
  });
  const sink = {
    ended: false,
    write: () => false,
    drained: async () => {
      sink.ended = true;
    },
  };
  await body.writeTo(sink);
  expect([handOvers, body.handedOver]).toEqual([0, false]);
});
