import { nth, once, type SmtpAction, type SmtpStep, smtpServer } from "@relais/conformance";
import { describe, expect, test } from "vitest";
import { upToData } from "./raw-client.ts";
import { running } from "./running.ts";
import { BODY, scripted as scriptedServer, sleep, upTo } from "./scripted-session.ts";

const start = running();
const scripted = (script: Parameters<typeof scriptedServer>[0]) => start(scriptedServer(script));

const steps: readonly SmtpStep[] = [
  "connect",
  "greeting",
  "ehlo",
  "helo",
  "starttls",
  "auth",
  "mail",
  "rcpt",
  "data",
  "body",
  "dot",
  "rset",
  "noop",
  "quit",
];

describe.each(steps)("at %s", (step) => {
  test("a reply replaces the normal one, lines and all", async () => {
    const server = await scripted({ [step]: { reply: ["421 4.3.2 going", "421 down"], next: "drop" } });
    const client = await upTo(step, server.port);
    expect(await client.until(/421 .*\r\n/)).toBe("421-4.3.2 going\r\n421 down\r\n");
    expect(await client.ending).toBe("FIN");
    expect(client.left()).toBe("");
  });

  test("a drop is a FIN, after the bytes it is to send", async () => {
    const server = await scripted({ [step]: { drop: true, after: "250 o" } });
    const client = await upTo(step, server.port);
    expect(await client.ending).toBe("FIN");
    expect(client.left()).toBe("250 o");
  });

  test("a reset is a RST", async () => {
    const server = await scripted({ [step]: { reset: true } });
    expect(await (await upTo(step, server.port)).ending).toBe("ECONNRESET");
  });

  test("a stall answers nothing, and keeps the connection", async () => {
    const server = await scripted({ [step]: { stall: true } });
    const client = await upTo(step, server.port);
    await sleep(40);
    expect(client.left()).toBe("");
    expect(server.open).toBe(1);
    client.socket.destroy();
  });

  test("a delay comes before the normal answer", async () => {
    const server = await scripted({ [step]: { delayMs: 60 } });
    const client = await upTo(step, server.port);
    const began = performance.now();
    await client.until(/[235]\d\d .*\r\n/);
    expect(performance.now() - began).toBeGreaterThan(40);
  });

  test("raw bytes go out as they are", async () => {
    const garbage = Buffer.from([0x16, 3, 1, 0, 0xff, 0x0a]);
    const server = await scripted({ [step]: { raw: garbage, next: "reset" } });
    const client = await upTo(step, server.port);
    expect(await client.until(/\n/)).toBe(garbage.toString("latin1"));
    expect(await client.ending).toBe("ECONNRESET");
  });
});

test("a trickled reply comes byte by byte, and the session goes on", async () => {
  const server = await scripted({ rcpt: { trickle: "250 ok", everyMs: 10 } });
  const client = await upTo("rcpt", server.port);
  const began = performance.now();
  const sizes: number[] = [];
  client.socket.on("data", (chunk) => sizes.push(chunk.length));
  await client.until(/250 ok\r\n/);
  expect(performance.now() - began).toBeGreaterThan(60);
  expect(sizes.length).toBeGreaterThan(4);
  client.send(`DATA\r\n`);
  await client.until(/354 .*\r\n/);
  client.send(BODY);
  await client.until(/250 .*\r\n/);
  expect(server.accepted[0]?.to).toEqual(["b@x.example"]);
});

test("nothing after a step that stalls or drops is answered", async () => {
  for (const action of [{ stall: true }, { drop: true }, { reset: true }] as const) {
    const server = await scripted({ rcpt: nth(2, action) });
    const client = await upTo("mail", server.port);
    await client.until(/250 .*\r\n/);
    client.send("RCPT TO:<b@x.example>\r\nRCPT TO:<c@x.example>\r\nRCPT TO:<d@x.example>\r\nDATA\r\n");
    expect(await client.until(/250 .*\r\n/)).toBe("250 2.1.5 ok\r\n");
    await sleep(30);
    expect(client.left()).toBe("");
    expect(server.accepted).toEqual([]);
    client.socket.destroy();
  }
});

test("pipelined commands behind a delay are answered after it, in order", async () => {
  const server = await scripted({ rcpt: once({ delayMs: 40, next: { reply: "450 4.2.0 later" } }) });
  const client = await upTo("mail", server.port);
  await client.until(/250 .*\r\n/);
  client.send("RCPT TO:<b@x.example>\r\nRCPT TO:<c@x.example>\r\nNOOP\r\n");
  await sleep(10);
  expect(client.left()).toBe("");
  const replies = await client.until(/forgotten|ok\r\n.*ok\r\n/s);
  expect(replies.match(/^\d{3}/gm)).toEqual(["450", "250", "250"]);
});

describe("the final dot", () => {
  const kept: readonly SmtpAction[] = [
    { drop: true },
    { drop: true, after: "250 o" },
    { reset: true },
    { stall: true },
    { raw: "\x00\x01garbage\r\n" },
    { reply: "250 ok", next: "drop" },
    { trickle: "250 ok", everyMs: 1 },
    { delayMs: 5 },
    { delayMs: 5, next: "drop" },
    { delayMs: 5, next: { reset: true } },
    { reply: "451 later", keep: true },
  ];
  const refused: readonly SmtpAction[] = [
    { reply: "550 5.7.1 no" },
    { reply: ["452 4.2.2", "452 full"] },
    { reply: "421 closing", next: "drop" },
    { raw: "550 5.7", next: "drop" },
    { drop: true, after: "550 5.7" },
    { trickle: "554 no", everyMs: 1 },
    { delayMs: 5, next: { reply: "451 later" } },
    { drop: true, keep: false },
    { stall: true, keep: false },
  ];

  test.each(kept)("keeps the mail: %j", async (action) => {
    const server = await scripted({ dot: action });
    const client = await upTo("dot", server.port);
    await expect.poll(() => server.accepted.length).toBe(1);
    expect(server.accepted[0]).toMatchObject({ from: "a@example.com", messageId: "<1@x>", session: 1 });
    expect(server.accepted[0]?.data.toString()).toBe("Message-ID: <1@x>\r\n\r\nhi\r\n");
    client.socket.destroy();
  });

  test.each(refused)("does not keep the mail: %j", async (action) => {
    const server = await scripted({ dot: action });
    const client = await upTo("dot", server.port);
    await expect.poll(() => server.sessions[0]?.finalDots).toBe(1);
    await sleep(20);
    expect(server.accepted).toEqual([]);
    client.socket.destroy();
  });

  test("a mail over the size limit is not kept by a delayed normal answer", async () => {
    const server = await start(smtpServer({ size: 5, script: { dot: { delayMs: 1 } } }));
    const client = await upTo("dot", server.port);
    await client.until(/552 .*\r\n/);
    expect(server.accepted).toEqual([]);
  });
});

describe("the body", () => {
  const big = Buffer.alloc(4_000_000, "x\r\n");

  test.each(["drop", "reset"] as const)(
    "a %s comes after so many bytes, and nothing is accepted",
    async (next) => {
      const server = await scripted({ body: { afterBytes: 2_000, next } });
      const client = await upToData(server.port);
      client.send(big);
      expect(await client.ending).toMatch(next === "drop" ? /FIN|EPIPE|ECONNRESET/ : /EPIPE|ECONNRESET/);
      expect(server.sessions[0]).toMatchObject({ bodyBytes: 2_000, finalDots: 0 });
      expect(server.accepted).toEqual([]);
    },
  );

  test("a stall stops reading, so that the client cannot write on", async () => {
    const server = await scripted({ body: { afterBytes: 1_000, next: "stall" } });
    const client = await upToData(server.port);
    client.send(Buffer.alloc(30_000_000, "x\r\n"));
    await sleep(100);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    expect(server.sessions[0]?.bodyBytes).toBe(1_000);
    client.socket.destroy();
  });

  test("a mail that ends before is not touched", async () => {
    const server = await scripted({ body: { afterBytes: 2_000, next: "drop" } });
    const client = await upTo("dot", server.port);
    expect(await client.until(/\r\n/)).toMatch(/^250 /);
    expect(server.accepted).toHaveLength(1);
  });

  test("zero bytes is at once", async () => {
    const server = await scripted({ body: { afterBytes: 0, next: "reset" } });
    expect(await (await upToData(server.port)).ending).toBe("ECONNRESET");
  });
});
