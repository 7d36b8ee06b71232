import { type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import type { MessageInput, Provider } from "@relais/core/spi";
import { compile } from "@relais/mime";
import { nodemailerProvider } from "@relais/nodemailer";
import { describe, expect, onTestFinished, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";

async function pair(
  options: SmtpServerOptions = {},
  more: object = {},
): Promise<{ server: SmtpServer; provider: Provider }> {
  const server = await smtpServer(options);
  const transport = { host: server.host, port: server.port, ignoreTLS: true, ...more };
  const provider = nodemailerProvider({ id: "MAIL", transport });
  onTestFinished(async () => {
    await provider.close?.();
    await server.close();
  });
  return { server, provider };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const megabyte: MessageInput = { attachments: [{ filename: "a.bin", content: Buffer.alloc(800_000, 5) }] };

describe.each([
  ["a short message", {}, {}],
  ["a message of a megabyte", megabyte, {}],
  ["a short message from a pool", {}, { pool: true }],
])("the hand-over of %s", (_, input, more) => {
  test("is asked once, after the recipients were accepted, and the dot waits for it", async () => {
    const { server, provider } = await pair({}, more);
    const message = await mail(input);
    const door = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const context = sendContext(message, {
      handOver: () => {
        asked.resolve();
        return door.promise;
      },
    });
    const sending = provider.send(message, context);
    await asked.promise;
    await pause(30);
    expect(server.sessions[0]?.commands.at(-1)).toBe("DATA");
    expect(server.sessions[0]?.finalDots).toBe(0);
    door.resolve();
    expect(await sending).toMatchObject({
      success: true,
      provider: "MAIL",
      messageId: message.messageId,
      accepted: ["b@x.test"],
      response: expect.stringMatching(/^250 /),
    });
    expect(context.handOvers).toBe(1);
    expect(server.accepted[0]?.data.equals((await compile(message)).bytes)).toBe(true);
  });

  test("is not asked if a recipient is refused", async () => {
    const { provider } = await pair({ script: { rcpt: { reply: "550 5.1.1 no such user" } } }, more);
    const message = await mail(input);
    const context = sendContext(message);
    expect(await provider.send(message, context)).toMatchObject({
      kind: "rejected",
      code: "550 5.1.1",
      rejected: [{ address: "b@x.test", failure: { kind: "rejected" } }],
    });
    expect(context.handOvers).toBe(0);
  });

  test("ends in cancelled if it is declined, and the server never sees a final dot", async () => {
    const { server, provider } = await pair({}, more);
    const message = await mail(input);
    const context = sendContext(message, { handOver: () => Promise.reject(new Error("no")) });
    expect(await provider.send(message, context)).toMatchObject({ kind: "cancelled" });
    await pause(50);
    expect(server.sessions[0]?.finalDots).toBe(0);
    expect(server.accepted).toEqual([]);
  });

  test("and a lost answer make unknown, and no second copy", async () => {
    const { server, provider } = await pair({ script: { dot: { drop: true } } }, more);
    const message = await mail(input);
    expect(await provider.send(message, sendContext(message))).toMatchObject({ kind: "unknown" });
    await pause(200);
    expect(server.accepted).toHaveLength(1);
  });

  test("an abort before it is cancelled, one after it unknown, both at once", async () => {
    const { server, provider } = await pair({ script: { data: { stall: true } } }, more);
    const message = await mail(input);
    const early = sendContext(message, { signal: AbortSignal.timeout(50) });
    expect(await provider.send(message, early)).toMatchObject({ kind: "cancelled" });
    server.script({ dot: { stall: true } });
    const control = new AbortController();
    const late = sendContext(message, {
      signal: control.signal,
      handOver: async () => void setTimeout(() => control.abort(), 50),
    });
    expect(await provider.send(message, late)).toMatchObject({ kind: "unknown" });
  });
});

test.each([
  ["451 4.3.0 disk full", "dot", "transient"],
  ["554 5.7.1 spam", "dot", "refused"],
  ["552 5.2.2 mailbox full", "rcpt", "deferred"],
  ["450 4.7.1 greylisted", "rcpt", "deferred"],
  ["550 5.1.8 bad sender", "rcpt", "refused"],
  ["421 4.7.0 too many connections", "greeting", "throttled"],
  ["421 4.3.2 try later", "greeting", "transient"],
  ["550 5.4.5 Daily user sending limit exceeded", "mail", "throttled"],
  ["550 Unrouteable address", "rcpt", "rejected"],
  ["530 5.7.0 log in first", "mail", "misconfigured"],
] as const)("%s at %s is %s", async (reply, step, kind) => {
  const { provider } = await pair({ script: { [step]: { reply } } });
  const message = await mail();
  expect(await provider.send(message, sendContext(message))).toMatchObject({ success: false, kind });
});

test("a server that answers before it has the mail is not believed", async () => {
  const { server, provider } = await pair({
    script: { data: { raw: "354 go ahead\r\n250 2.0.0 queued\r\n" } },
  });
  const message = await mail();
  const context = sendContext(message, { handOver: () => pause(200) });
  expect(await provider.send(message, context)).toMatchObject({
    success: false,
    kind: "transient",
    code: "EPROTOCOL",
  });
  await pause(300);
  expect(server.accepted).toEqual([]);
});

test("some refused is a receipt with each one's own failure", async () => {
  const { provider } = await pair({
    script: { rcpt: ({ address }) => (address === "no@x.test" ? { reply: "550 5.1.1 no" } : undefined) },
  });
  const message = await mail({ to: ["yes@x.test", "no@x.test"] });
  expect(await provider.send(message, sendContext(message))).toMatchObject({
    success: true,
    accepted: ["yes@x.test"],
    rejected: [{ address: "no@x.test", failure: { kind: "rejected", code: "550 5.1.1" } }],
  });
});

test("a refused login is misconfigured, and the password does not come out, however it is echoed", async () => {
  const auth = { user: "relais", pass: "s3cret-Pass/word" };
  const { provider } = await pair(
    {
      auth: { user: "relais", pass: "another" },
      script: { auth: ({ line }) => ({ reply: `535 5.7.8 ${line}` }) },
    } as SmtpServerOptions,
    { auth },
  );
  const message = await mail();
  const outcomes = [await provider.send(message, sendContext(message)), await provider.verify?.()];
  expect(outcomes).toMatchObject([
    { kind: "misconfigured" },
    { ok: false, failure: { kind: "misconfigured" } },
  ]);
  const text = JSON.stringify(outcomes);
  expect(text).not.toContain(auth.pass);
  expect(text).not.toContain(Buffer.from(`\0${auth.user}\0${auth.pass}`).toString("base64"));
});

test("a port without a server is transient, at send and at verify", async () => {
  const { server, provider } = await pair();
  expect(await provider.verify?.()).toMatchObject({ ok: true, provider: "MAIL" });
  await server.down();
  const message = await mail();
  expect(await provider.send(message, sendContext(message))).toMatchObject({
    kind: "transient",
    code: "ECONNREFUSED",
  });
  expect(await provider.verify?.()).toMatchObject({ ok: false, failure: { kind: "transient" } });
});
