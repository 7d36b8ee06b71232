import { type SesServer, sesServer } from "@relais/conformance";
import { type Chain, createMessage, type Delivery, type MessageInput } from "@relais/core";
import { compile } from "@relais/mime";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../repo/system.ts";
import { type ChainParts, chainTo, type FarEnds, mail, secretAccessKey } from "./far-ends.ts";
import { type Postfix, postfix } from "./postfix.ts";
import { type TcpProxyOptions, tcpProxy } from "./tcp-proxy.ts";

const replies = {
  "gone@example.net": "550 5.1.1 no such user",
  "grey@example.net": "450 4.2.0 greylisted",
  "full@example.net": "452 4.2.2 mailbox full",
  "closing@example.net": "421 4.3.2 closing",
};
const maxBytes = 100_000;

// Its master starts as root only. CI has root, or fails.
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("not root: Postfix is not tested here");

describe.runIf(needs("postfix") && (isRoot || process.env.CI === "true"))("Postfix", () => {
  let mta: Postfix;
  let ses: SesServer;
  beforeAll(async () => {
    mta = await postfix({ replies, maxBytes });
  });
  afterAll(() => mta.stop());
  beforeEach(async () => {
    ses = await sesServer({ credentials: { AKIDEXAMPLE: { secretAccessKey } } });
  });
  afterEach(async () => {
    await ses.close();
    await mta.empty();
  });

  /** A chain to this Postfix, which knows no login, and SES; for as long as `use` takes. */
  async function withChain<T>(
    smtp: FarEnds["smtp"] | Postfix["smtp"],
    use: (chain: Chain) => Promise<T>,
    options: ChainParts["smtp"] = {},
  ): Promise<T> {
    const ends = { smtp, ses } as Pick<FarEnds, "smtp" | "ses">;
    const chain = chainTo(ends, { timeoutMs: 20_000, smtp: { auth: undefined, ...options } });
    const used = await use(chain);
    await chain.close();
    return used;
  }
  const send = (message: MessageInput, smtp = mta.smtp): Promise<Delivery> =>
    withChain(smtp, (chain) => chain.send(message));

  async function behindProxy<T>(
    { port, ca }: Postfix["smtp"],
    options: TcpProxyOptions,
    use: (smtp: Postfix["smtp"], connections: () => number) => Promise<T>,
  ): Promise<T> {
    const proxy = await tcpProxy(port, options);
    const used = await use({ host: proxy.host, port: proxy.port, ca }, () => proxy.connections);
    await proxy.close();
    return used;
  }

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
    const delivery = await withChain(mta.smtp, (chain) => chain.send(message));
    expect(delivery).toMatchObject({ success: true, provider: "SMTP", messageId: message.messageId });
    const queued = await mta.queue();
    const to = ["ann@example.net", "zoe@example.net", "archive@example.com"];
    expect(queued).toMatchObject([{ queue: "hold", from: "shop@example.org", to }]);
    const [received = "", ...rest] = (await mta.content(queued[0]?.id ?? "")).split(/^(?=From: )/m);
    const { bytes } = await compile(message);
    expect(rest.join("")).toBe(bytes.toString("latin1").replaceAll("\r\n", "\n"));
    expect(received).toMatch(/^Received: .*\n\t\(using TLSv1\.3 /);
    expect(rest.join("")).not.toContain("archive@example.com");
  });

  test.each([
    ["gone@example.net", "rejected", "550 5.1.1"],
    ["grey@example.net", "deferred", "450 4.2.0"],
    ["full@example.net", "deferred", "452 4.2.2"],
    ["closing@example.net", "transient", "421 4.3.2"],
  ] as const)("refuses %s: %s", async (to, kind, code) => {
    const delivery = await send({ ...mail, to });
    expect(delivery.failures).toMatchObject([{ provider: "SMTP", kind, code }]);
    expect(delivery.success).toBe(kind !== "rejected");
    expect(ses.requests).toHaveLength(kind === "rejected" ? 0 : 1);
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

  test("keeps the connection after a refusal for the next mail", async () => {
    // With one connection at most, the next mail waits until RSET has been answered.
    const pool = { maxConnections: 1 };
    await behindProxy(mta.smtp, {}, async (smtp, connections) => {
      const sends = async (chain: Chain): Promise<void> => {
        for (const to of ["ann@example.net", "gone@example.net", "bob@example.net"])
          await chain.send({ ...mail, to });
      };
      await withChain(smtp, sends, { pool });
      expect(connections()).toBe(1);
    });
    expect((await mta.queue()).map(({ to }) => to).sort()).toEqual([
      ["ann@example.net"],
      ["bob@example.net"],
    ]);
  });

  const big = { ...mail, text: "x".repeat(70).concat("\n").repeat(2_000) };

  test("announces SIZE: a larger mail goes to SES, and no byte of it to Postfix", async () => {
    const delivery = await send(big);
    expect(delivery).toMatchObject({ success: true, provider: "SES" });
    expect(delivery.failures).toMatchObject([{ kind: "refused", code: "EMESSAGE" }]);
    expect(delivery.attempts).toMatchObject([{ provider: "SMTP", phase: "open" }, { provider: "SES" }]);
    expect(await mta.queue()).toEqual([]);
  });

  test("announces no SIZE and answers 552 5.3.4 to the final dot: the mail goes to SES", async () => {
    const delivery = await send(big, mta.bare);
    expect(delivery).toMatchObject({ success: true, provider: "SES" });
    expect(delivery.failures).toMatchObject([{ kind: "refused", code: "552 5.3.4" }]);
    expect(delivery.attempts).toMatchObject([
      { provider: "SMTP", phase: "handed_over" },
      { provider: "SES" },
    ]);
    expect(await mta.queue()).toEqual([]);
    expect(ses.accepted).toHaveLength(1);
  });

  test("accepts a mail and its answer is lost: unknown, one copy in the queue, none at SES", async () => {
    const delivery = await behindProxy(mta.bare, { cutAfter: "\r\n.\r\n" }, (smtp) => send(mail, smtp));
    expect(delivery).toMatchObject({
      success: false,
      status: "unknown",
      attempts: [{ phase: "handed_over" }],
    });
    expect(await mta.queue()).toMatchObject([{ to: ["ann@example.net"] }]);
    expect(ses.requests).toEqual([]);
  });

  test("speaks TLS, one byte at a time", async () => {
    const message = await createMessage({ ...mail, text: "A line.\n".repeat(200) });
    const delivery = await behindProxy(mta.smtp, { sliceBytes: 1 }, (smtp) =>
      withChain(smtp, (chain) => chain.send(message), { requireTLS: true }),
    );
    expect(delivery).toMatchObject({ success: true, provider: "SMTP" });
    const [queued] = await mta.queue();
    const content = await mta.content(queued?.id ?? "");
    expect(content).toContain("(using TLSv1.3 ");
    const { bytes } = await compile(message);
    expect(content.endsWith(bytes.toString("latin1").replaceAll("\r\n", "\n"))).toBe(true);
  });
});
