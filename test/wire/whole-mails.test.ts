import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { type Chain, createChain } from "@relais/core";
import { ses } from "@relais/ses";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OddMail, oddMail } from "./odd-mails.ts";

const mails = fc.sample(oddMail, { numRuns: 200, seed: 47 });
const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYSECRETKEY0",
};

let mailServer: SmtpServer;
let api: SesServer;
let bySmtp: Chain;
let bySes: Chain;
beforeAll(async () => {
  mailServer = await smtpServer();
  api = await sesServer({ credentials: { [credentials.accessKeyId]: credentials } });
  const { host, port } = mailServer;
  bySmtp = createChain([smtp({ host, port })]);
  bySes = createChain([ses({ endpoint: api.endpoint, region: "eu-west-1", credentials })]);
});
afterAll(async () => {
  await Promise.all([bySmtp.close(), bySes.close()]);
  await Promise.all([mailServer.close(), api.close()]);
});

const sorted = (list: readonly string[]): string[] => [...list].sort();

/** Sends, and compares; what does not hold is told with the mail. */
async function check(mail: OddMail): Promise<void> {
  mailServer.reset();
  api.reset();
  const text = mail.given.toString("latin1");
  for (const chain of [bySmtp, bySes]) {
    const delivery = await chain.send({ raw: mail.given });
    expect(delivery.success ? "" : delivery.error, text).toBe("");
  }
  const [bySmtpGot] = mailServer.accepted;
  const [bySesGot] = api.accepted;
  expect(bySmtpGot?.data.toString("latin1"), text).toBe(mail.arrives.toString("latin1"));
  expect(bySmtpGot?.from).toBe(mail.from);
  expect(sorted(bySmtpGot?.to ?? []), text).toEqual(sorted(mail.to));
  const raw = bySesGot?.raw.toString("latin1") ?? "";
  expect(raw.endsWith("\n") ? raw : `${raw}\r\n`, text).toBe(mail.arrives.toString("latin1"));
  expect(bySesGot?.source).toBe(mail.from);
  expect(sorted(bySesGot?.destinations ?? []), text).toEqual(sorted(mail.to));
  const head = bySmtpGot?.data.toString("latin1").split("\r\n\r\n", 1)[0];
  expect(head).not.toMatch(/^bcc|hidden@|deep@/im);
}

test("200 unusual complete mails arrive unchanged except for Bcc, and only at their recipients", async () => {
  const breaks = new Set(mails.map(({ given }) => /\r*\n|\r/.exec(given.toString("latin1"))?.[0]));
  expect(breaks.size, "all kinds of line breaks").toBe(4);
  expect(mails.filter(({ to }) => to.includes("hidden@example.net")).length).toBeGreaterThan(50);
  for (const mail of mails) await check(mail);
}, 120_000);
