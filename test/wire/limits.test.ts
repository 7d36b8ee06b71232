import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { createChain, link, retry } from "@relais/core";
import { type SesOptions, ses } from "@relais/ses";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { mail, secretAccessKey } from "./far-ends.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey };
const people = (count: number, at = "example.net") => Array.from({ length: count }, (_, i) => `r${i}@${at}`);

let far: { smtp: SmtpServer; ses: SesServer };
beforeAll(async () => {
  far = {
    smtp: await smtpServer(),
    ses: await sesServer({ credentials: { AKIDEXAMPLE: { secretAccessKey } } }),
  };
});
afterAll(async () => {
  await far.smtp.close();
  await far.ses.close();
});
beforeEach(async () => {
  await far.smtp.up().catch(() => undefined);
  far.smtp.reset();
  far.ses.reset();
  far.ses.fault();
});

const sesOf = (more: Partial<SesOptions> = {}) =>
  ses({ region: "eu-west-1", endpoint: far.ses.endpoint, credentials, ...more });

/** As it stands in the guide: two providers, no policies named. */
function both() {
  const chain = createChain([smtp({ host: far.smtp.host, port: far.smtp.port }), sesOf()]);
  onTestFinished(() => chain.close());
  return chain;
}

describe("SMTP is down", () => {
  beforeEach(() => far.smtp.down());

  test("a mail to 60 recipients reaches all of them through SES, in parts of 50 and 10", async () => {
    const to = people(60);
    const delivery = await both().send({ ...mail, to });
    expect(delivery).toMatchObject({ success: true, provider: "SES", accepted: to, rejected: [] });
    expect(far.ses.accepted.map(({ destinations }) => destinations.length)).toEqual([50, 10]);
    expect(far.ses.accepted.flatMap(({ destinations }) => destinations)).toEqual(to);
    expect(delivery.receipts.map(({ messageId }) => messageId)).toEqual(
      far.ses.accepted.map(({ messageId }) => messageId),
    );
    // The mail is one: everybody reads the same To, whichever request brought it.
    const [one, other] = far.ses.accepted;
    expect(one?.raw.equals(other!.raw)).toBe(true);
    for (const address of to) expect(one?.raw.toString()).toContain(address);
  });

  test("any number of recipients, in any field: each gets one copy, no request has more than 50", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        async (to, cc, bcc) => {
          fc.pre(to + cc + bcc > 0);
          far.ses.reset();
          const delivery = await both().send({
            ...mail,
            to: people(to, "to.example"),
            cc: people(cc, "cc.example"),
            bcc: people(bcc, "bcc.example"),
          });
          expect(delivery.success).toBe(true);
          const sizes = far.ses.accepted.map(({ destinations }) => destinations.length);
          expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
          expect(sizes).toHaveLength(Math.ceil((to + cc + bcc) / 50));
          const all = far.ses.accepted.flatMap(({ destinations }) => destinations);
          expect([...all].sort()).toEqual([...delivery.accepted].sort());
          expect(new Set(all).size).toBe(to + cc + bcc);
          for (const { raw } of far.ses.accepted) expect(raw.toString()).not.toContain("bcc.example");
        },
      ),
      { numRuns: 12 },
    ));

  test("a lost answer is unknown only for its part", async () => {
    far.ses.fault(({ action, nth }) =>
      action === "SendRawEmail" && nth === 2 ? { reset: "afterAccept" } : undefined,
    );
    const to = people(120);
    const delivery = await both().send({ ...mail, to });
    expect(delivery).toMatchObject({ status: "unknown", accepted: [...to.slice(0, 50), ...to.slice(100)] });
    expect(delivery.rejected.map(({ address }) => address)).toEqual(to.slice(50, 100));
    expect(far.ses.accepted.flatMap(({ destinations }) => destinations)).toEqual(to);
  });

  test("a failure before the hand-over is retried only for its part", async () => {
    far.ses.fault(({ action, nth }) =>
      action === "SendRawEmail" && nth === 2
        ? { error: { code: "ServiceUnavailable", message: "later", status: 503 } }
        : undefined,
    );
    const to = people(120);
    const delivery = await both().send({ ...mail, to });
    expect(delivery).toMatchObject({ success: true, accepted: to });
    const bySes = delivery.attempts.filter(({ provider }) => provider === "SES");
    expect(bySes.map(({ recipients, success }) => [recipients, success])).toEqual([
      [50, true],
      [50, false],
      [50, true],
      [20, true],
    ]);
    expect(delivery.attempts.map(({ n }) => n)).toEqual(delivery.attempts.map((_, i) => i + 1));
  });

  test.each([
    [
      "12 MB",
      { filename: "a.zip", content: Buffer.alloc(12_000_000) },
      "message too large: at least 16000018 bytes",
    ],
    [
      "a program",
      { filename: "setup.EXE", content: Buffer.from("MZ") },
      "attachments of the type .exe are not taken",
    ],
  ])("with %s SES is passed over, and the error names both", async (_, attachment, said) => {
    const delivery = await both().send({ ...mail, attachments: [attachment] });
    expect(far.ses.requests).toEqual([]);
    expect(delivery).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/^SMTP: connection refused \| SES: /),
    });
    expect(!delivery.success && delivery.error).toContain(said);
  });
});

describe("an address that needs SMTPUTF8", () => {
  const other = "j\u00fcrgen@example.net";

  test("that is only in the envelope does not affect the other recipients at SES", async () => {
    await far.smtp.down();
    const delivery = await both().send({ ...mail, to: people(2), bcc: [other] });
    expect(far.ses.accepted.map(({ destinations }) => destinations)).toEqual([people(2)]);
    expect(delivery).toMatchObject({
      status: "partial",
      accepted: people(2),
      error: "SMTP: connection refused | SES: the recipient's address needs SMTPUTF8, which is not offered",
    });
  });

  test("in To is in the bytes: SES is skipped", async () => {
    await far.smtp.down();
    const delivery = await both().send({ ...mail, to: [...people(2), other] });
    expect(far.ses.requests).toEqual([]);
    expect(delivery).toMatchObject({
      status: "failed",
      error: "SMTP: connection refused | SES: to needs SMTPUTF8, which is not offered",
    });
  });
});

test("a mail that SES would refuse goes to the next provider, though SES is first", async () => {
  const chain = createChain([sesOf(), smtp({ host: far.smtp.host, port: far.smtp.port })]);
  const delivery = await chain.send({
    ...mail,
    attachments: [{ filename: "setup.exe", content: Buffer.from("MZ") }],
  });
  await chain.close();
  expect(delivery).toMatchObject({ success: true, provider: "SMTP" });
  expect(far.ses.requests).toEqual([]);
  expect(far.smtp.accepted).toHaveLength(1);
});

describe("a server with a maximum of recipients for a transaction", () => {
  const takes = (most: number): void => {
    let n = 0;
    far.smtp.script({
      mail: () => {
        n = 0;
        return undefined;
      },
      rcpt: () => (++n > most ? { reply: "452 4.5.3 Error: too many recipients" } : undefined),
    });
  };

  test.each([
    [250, 100],
    [30, 7],
    [5, 1],
  ])("%d recipients, %d at once: each gets one copy by the same server", async (count, most) => {
    takes(most);
    const to = people(count);
    const chain = createChain([
      link(smtp({ host: far.smtp.host, port: far.smtp.port }), retry({ baseMs: 1 })),
    ]);
    const delivery = await chain.send({ ...mail, to });
    await chain.close();
    expect(delivery).toMatchObject({ success: true, accepted: to, rejected: [] });
    const copies = far.smtp.accepted.flatMap(({ to: taken }) => taken);
    expect([...copies].sort()).toEqual([...to].sort());
    expect(far.smtp.accepted).toHaveLength(Math.ceil(count / most));
  });
});
