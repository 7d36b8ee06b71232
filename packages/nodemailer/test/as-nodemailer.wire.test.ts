import { type SmtpServer, smtpServer } from "@relais/conformance";
import { type Chain, createChain } from "@relais/core";
import { relaisTransport } from "@relais/nodemailer";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { createTransport, type SendMailOptions, type Transporter } from "nodemailer";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { realMail } from "./real-mails.ts";

let own: SmtpServer;
let ours: SmtpServer;
let chain: Chain;
let byNodemailer: Transporter;
let byChain: Transporter;
beforeAll(async () => {
  const able = { smtpUtf8: true, dsn: true };
  [own, ours] = await Promise.all([smtpServer(able), smtpServer(able)]);
  chain = createChain([smtp({ host: ours.host, port: ours.port, requireTLS: false })]);
  byNodemailer = createTransport({ host: own.host, port: own.port, ignoreTLS: true, pool: true });
  byChain = createTransport(relaisTransport(chain)) as unknown as Transporter;
});
afterAll(async () => {
  byNodemailer.close();
  byChain.close();
  await Promise.all([own.close(), ours.close()]);
});

const reordering = /[\u202a-\u202e\u2066-\u2069]/g;
/** What is taken out on purpose is taken out of what nodemailer sent, too, before the two are compared. */
const shown = (text: string | null | undefined): string | undefined => text?.replace(reordering, "");

type Addresses = readonly {
  readonly name: string;
  readonly address?: string | undefined;
  readonly group?: Addresses | undefined;
}[];
const people = (list: Addresses | undefined): unknown =>
  list?.map(({ name, address, group }) => ({ name: shown(name), address, group: people(group) }));

// Made anew for each mail: boundaries, and what nodemailer writes where nobody gave it.
const random = /--_NmP-[0-9a-f]+-Part_\d+|<[0-9a-f-]{36}@[^>]*>|[0-9a-f]{20}@localhost/g;
const now = /^\w{3}, \d+ \w{3} \d{4} [\d:]{8} \+0000$/;

/** A mail as a reader shows it. */
async function read({ data, from, to }: SmtpServer["accepted"][number]): Promise<unknown> {
  const mail = await PostalMime.parse(data, { rfc822Attachments: true });
  const cleaned = new Set(["subject", "from", "sender", "to", "cc", "reply-to"]);
  return {
    envelope: { from, to: [...to] },
    subject: shown(mail.subject),
    from: people(mail.from && [mail.from as Addresses[number]]),
    sender: people(mail.sender && [mail.sender as Addresses[number]]),
    to: people(mail.to as Addresses),
    cc: people(mail.cc as Addresses),
    bcc: mail.bcc,
    replyTo: people(mail.replyTo as Addresses),
    headers: mail.headers
      .filter(({ key, value }) => !cleaned.has(key) && !(key === "date" && now.test(value)))
      // A file's name within is compared as the attachment's.
      .map(({ key, value }) => `${key}: ${key.startsWith("content-") ? value.split(";", 1)[0] : value}`)
      .map((line) => line.replace(random, "…")),
    text: mail.text,
    html: mail.html?.replace(random, "…"),
    attachments: mail.attachments.map(({ filename, content, contentId, ...one }) => ({
      ...one,
      filename: shown(filename),
      contentId: contentId?.replace(random, "…"),
      content: Buffer.from(content as ArrayBuffer).toString("base64"),
    })),
  };
}

const outcomeOf = (one: Transporter, mail: SendMailOptions): Promise<string> =>
  one.sendMail(mail).then(
    () => "sent",
    (error: Error & { code?: string }) => `${error.code} ${error.message}`,
  );

test("500 real-shaped mails: the same set is sent by a chain as by nodemailer, and reads the same", async () => {
  const mails = fc.sample(realMail, { numRuns: 500, seed: 27 });
  let sent = 0;
  for (const make of mails) {
    const label = JSON.stringify(make(), undefined, 1).slice(0, 2_000);
    const [expected, got] = await Promise.all([outcomeOf(byNodemailer, make()), outcomeOf(byChain, make())]);
    expect(got, label).toBe(expected);
    expect(ours.accepted.length, label).toBe(own.accepted.length);
    const [one, other] = [own.accepted[sent], ours.accepted[sent]];
    if (one === undefined || other === undefined) continue;
    sent += 1;
    expect(await read(other), label).toEqual(await read(one));
    const { subject, from, to, attachments } = await PostalMime.parse(other.data);
    const names = [subject, from?.name, ...(to ?? []).map(({ name }) => name)];
    for (const name of [...names, ...attachments.map(({ filename }) => filename)])
      expect(shown(name), label).toBe(name ?? undefined);
  }
  expect(sent).toBe(mails.length);
  expect(commands(ours)).toEqual(commands(own));
  for (const extension of ["SMTPUTF8", "ENVID=", "NOTIFY="])
    expect(commands(own).filter((line) => line.includes(extension)).length, extension).toBeGreaterThan(10);
}, 120_000);

/** nodemailer streams, and so knows neither the size nor whether there are 8-bit bytes when it says MAIL. */
const commands = (server: SmtpServer): readonly string[] =>
  server.sessions
    .flatMap((session) => session.commands)
    .filter((line) => /^(?:MAIL|RCPT)/.test(line))
    .map((line) => line.replace(/ (?:SIZE=\d+|BODY=8BITMIME)/g, ""));
