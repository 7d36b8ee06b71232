import type { SmtpMoment } from "@relais/conformance";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chainTo, type FarEnds, farEnds, mail } from "./far-ends.ts";

let ends: FarEnds;
beforeEach(async () => {
  ends = await farEnds();
});
afterEach(() => ends.close());

const replies: Readonly<Record<string, string>> = {
  "bob@example.net": "550 5.1.1 no such user",
  "cid@example.net": "451 4.7.1 greylisted",
  "dan@example.net": "550 5.7.1 blocked by policy",
};
const byRecipient = ({ address = "" }: SmtpMoment) => {
  const reply = replies[address];
  return reply === undefined ? undefined : { reply };
};
const everybody = ["ann@example.net", ...Object.keys(replies)];

test("refused recipients go to the next provider, accepted and rejected ones do not", async () => {
  ends.smtp.script({ rcpt: byRecipient });
  const chain = chainTo(ends);
  const delivery = await chain.send({ ...mail, to: everybody });
  await chain.close();

  expect(ends.smtp.accepted.map(({ to }) => to)).toEqual([["ann@example.net"]]);
  expect(ends.ses.accepted.map(({ destinations }) => destinations)).toEqual([
    ["cid@example.net", "dan@example.net"],
  ]);
  expect(delivery).toMatchObject({
    success: false,
    status: "partial",
    accepted: ["ann@example.net", "cid@example.net", "dan@example.net"],
    rejected: [
      { address: "bob@example.net", failure: { kind: "rejected", provider: "SMTP", code: "550 5.1.1" } },
    ],
  });
  expect(delivery.receipts.map(({ provider }) => provider)).toEqual(["SMTP", "SES"]);
});

test("a message that the providers together accepted for all recipients is delivered", async () => {
  ends.smtp.script({ rcpt: byRecipient });
  const chain = chainTo(ends);
  const delivery = await chain.send({ ...mail, to: "ann@example.net, cid@example.net" });
  await chain.close();
  expect(delivery).toMatchObject({
    success: true,
    provider: "SMTP",
    accepted: ["ann@example.net", "cid@example.net"],
  });
});

test("if every recipient has its own failure, each fails over or stops by its own kind", async () => {
  ends.smtp.script({ rcpt: byRecipient });
  const chain = chainTo(ends);
  const delivery = await chain.send({ ...mail, to: ["bob@example.net", "dan@example.net"] });
  await chain.close();
  expect(ends.smtp.accepted).toHaveLength(0);
  expect(ends.ses.accepted.map(({ destinations }) => destinations)).toEqual([["dan@example.net"]]);
  expect(delivery).toMatchObject({ success: false, status: "partial", accepted: ["dan@example.net"] });
});

test("every provider gets the same bytes, without the Bcc", async () => {
  let offered: Buffer | undefined;
  ends.smtp.script({
    dot: ({ body }: SmtpMoment) => {
      offered = body;
      return { reply: "451 4.3.0 try later" };
    },
  });
  const chain = chainTo(ends);
  const bcc = "hidden@example.net";
  const attachments = [{ filename: "a.bin", content: Buffer.alloc(5_000, 7) }];
  const delivery = await chain.send({ ...mail, bcc, attachments, html: "<b>On its way</b>" });
  await chain.close();
  expect(delivery).toMatchObject({ success: true, provider: "SES" });
  const [copy] = ends.ses.accepted;
  expect(copy?.destinations).toEqual([mail.to, bcc]);
  expect(offered?.equals(copy?.raw ?? Buffer.alloc(0))).toBe(true);
  expect(copy?.raw.includes(bcc)).toBe(false);
  expect(copy?.raw.toString()).toContain(`Message-ID: <${delivery.id}@example.org>`);
});

test("onUnknown failover sends the same message through the next provider, and reports a possible duplicate", async () => {
  ends.smtp.script({ dot: { reset: true } });
  const chain = chainTo(ends, { chain: { onUnknown: "failover" } });
  const delivery = await chain.send(mail);
  await chain.close();
  expect(delivery).toMatchObject({ success: true, provider: "SES", possibleDuplicate: true });
  const [first] = ends.smtp.accepted;
  const [second] = ends.ses.accepted;
  expect(first?.data.equals(second?.raw ?? Buffer.alloc(0))).toBe(true);
});

test("a refused message does not fail over if the chain turns that off", async () => {
  ends.smtp.script({ dot: { reply: "554 5.7.1 looks like spam" } });
  const chain = chainTo(ends, { chain: { failover: { refused: false } } });
  expect(await chain.send(mail)).toMatchObject({ success: false, status: "failed", kind: "refused" });
  await chain.close();
  expect(ends.ses.accepted).toHaveLength(0);
});
