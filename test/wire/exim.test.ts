import { type SesServer, sesServer } from "@relais/conformance";
import { type Chain, createMessage, type MessageInput } from "@relais/core";
import { compile } from "@relais/mime";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../repo/system.ts";
import { type Exim, exim, eximFolder } from "./exim.ts";
import { type ChainParts, chainTo, mail, secretAccessKey } from "./far-ends.ts";
import { tcpProxy } from "./tcp-proxy.ts";

const [user, password] = ["relais", "correct-horse-battery"];
const replies = {
  "gone@example.net": "550 5.1.1 no such user",
  "policy@example.net": "554 5.7.1 message looks like spam",
  "grey@example.net": "451 4.7.1 greylisted, try again in 300 seconds",
  "full@example.net": "452 4.2.2 mailbox full",
};
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("not root: Exim is not tested here");
const there = eximFolder !== "" || needs("exim4");

describe.runIf(there && (isRoot || process.env.CI === "true"))("Exim", () => {
  let mta: Exim;
  let ses: SesServer;
  beforeAll(async () => {
    mta = await exim({ replies, maxBytes: 100_000, user, password });
  });
  afterAll(() => mta.stop());
  beforeEach(async () => {
    ses = await sesServer({ credentials: { AKIDEXAMPLE: { secretAccessKey } } });
  });
  afterEach(async () => {
    await ses.close();
    await mta.empty();
  });

  async function withChain<T>(
    use: (chain: Chain) => Promise<T>,
    options: ChainParts["smtp"] = {},
    smtp = mta.smtp,
  ): Promise<T> {
    const ends = { smtp, ses } as unknown as Parameters<typeof chainTo>[0];
    const chain = chainTo(ends, { timeoutMs: 20_000, smtp: { auth: undefined, ...options } });
    const used = await use(chain);
    await chain.close();
    return used;
  }
  const send = (message: MessageInput, options: ChainParts["smtp"] = {}) =>
    withChain((chain) => chain.send(message), options);

  test("accepts a mail once, for every recipient of the envelope, byte for byte", async () => {
    const message = await createMessage({
      ...mail,
      cc: "Zoë <zoe@example.net>",
      bcc: "archive@example.com",
      subject: "Grüße, € 5",
      text: ".\n..\nFrom the start\n. a dot\n\n\ttab and blank \nЖ\n.\n",
      html: `<p>${"long line ".repeat(300)}</p>`,
      attachments: [
        { filename: "all-bytes.bin", content: Buffer.from(Array.from({ length: 1024 }, (_, i) => i)) },
      ],
    });
    const delivery = await withChain((chain) => chain.send(message));
    expect(delivery).toMatchObject({ success: true, provider: "SMTP", messageId: message.messageId });
    const queued = await mta.queue();
    expect(queued.map(({ to }) => [...to].sort())).toEqual([
      ["ann@example.net", "archive@example.com", "zoe@example.net"],
    ]);
    const [received = "", ...rest] = (await mta.content(queued[0]?.id ?? "")).split(/^(?=From: )/m);
    const { bytes } = await compile(message);
    expect(rest.join("")).toBe(bytes.toString("latin1").replaceAll("\r\n", "\n"));
    expect(received).toMatch(/with esmtps +\(TLS1\.3\)/);
  });

  test.each([
    ["gone@example.net", "rejected", "550 5.1.1"],
    ["grey@example.net", "deferred", "451 4.7.1"],
    ["full@example.net", "deferred", "452 4.2.2"],
  ] as const)("refuses %s: %s", async (to, kind, code) => {
    const delivery = await send({ ...mail, to });
    expect(delivery.failures).toMatchObject([{ provider: "SMTP", kind, code }]);
    expect(delivery.success).toBe(kind !== "rejected");
    expect(ses.accepted.map((one) => one.destinations)).toEqual(kind === "rejected" ? [] : [[to]]);
    expect(await mta.queue()).toEqual([]);
  });

  test("accepts some recipients, and the deferred ones go to SES", async () => {
    const delivery = await send({ ...mail, to: ["ann@example.net", "gone@example.net", "grey@example.net"] });
    expect(delivery).toMatchObject({
      status: "partial",
      accepted: ["ann@example.net", "grey@example.net"],
      rejected: [{ address: "gone@example.net", failure: { kind: "rejected", code: "550 5.1.1" } }],
    });
    expect((await mta.queue()).map(({ to }) => to)).toEqual([["ann@example.net"]]);
    expect(ses.accepted.map(({ destinations }) => destinations)).toEqual([["grey@example.net"]]);
  });

  test("announces SIZE: a larger mail goes to SES, and no byte of it to Exim", async () => {
    const delivery = await send({ ...mail, text: "x".repeat(70).concat("\n").repeat(2_000) });
    expect(delivery).toMatchObject({ success: true, provider: "SES" });
    expect(delivery.failures).toMatchObject([{ kind: "refused", code: "EMESSAGE" }]);
    expect(await mta.queue()).toEqual([]);
  });

  test("carries an address with letters that ASCII does not have (SMTPUTF8)", async () => {
    expect(await send({ ...mail, to: "Zoë <zoë@example.net>" })).toMatchObject({ provider: "SMTP" });
    expect((await mta.queue()).map(({ to }) => to)).toEqual([["zoë@example.net"]]);
  });

  test.each(["PLAIN", "CRAM-MD5"] as const)("logs in by %s; a wrong password goes to SES", async (method) => {
    const tls = { requireTLS: true } as const;
    const right = await send(mail, { ...tls, auth: { user, pass: password, method } });
    expect(right).toMatchObject({ success: true, provider: "SMTP" });
    const [queued] = await mta.queue();
    expect(await mta.content(queued?.id ?? "")).toContain("with esmtpsa");
    const wrong = await send(mail, { ...tls, auth: { user, pass: "not-it-at-all", method } });
    expect(wrong).toMatchObject({ success: true, provider: "SES" });
    expect(wrong.failures).toMatchObject([{ kind: "misconfigured", code: expect.stringMatching(/^535/) }]);
    expect(JSON.stringify(wrong)).not.toContain("not-it-at-all");
  });

  test("accepts a mail and its answer is lost: unknown, one copy in the queue, none at SES", async () => {
    const proxy = await tcpProxy(mta.smtp.port, { cutAfter: "\r\n.\r\n" });
    const smtp = { ...mta.smtp, port: proxy.port };
    const delivery = await withChain((chain) => chain.send(mail), { tls: undefined, ignoreTLS: true }, smtp);
    await proxy.close();
    expect(delivery).toMatchObject({ status: "unknown", attempts: [{ phase: "handed_over" }] });
    expect(await mta.queue()).toMatchObject([{ to: ["ann@example.net"] }]);
    expect(ses.requests).toEqual([]);
  });

  test("keeps the connection for the next mails, refusals among them", async () => {
    const proxy = await tcpProxy(mta.smtp.port);
    const smtp = { ...mta.smtp, port: proxy.port };
    await withChain(
      async (chain) => {
        for (const to of ["ann@example.net", "gone@example.net", "policy@example.net", "bob@example.net"])
          await chain.send({ ...mail, to });
      },
      { pool: { maxConnections: 1 } },
      smtp,
    );
    expect(proxy.connections).toBe(1);
    await proxy.close();
    expect((await mta.queue()).flatMap(({ to }) => to).sort()).toEqual([
      "ann@example.net",
      "bob@example.net",
    ]);
  });
});
