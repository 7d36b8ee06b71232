// An Express app that sends by nodemailer, and the same app on a chain: what differs, and what each does when SMTP is down.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { sesServer, smtpServer } from "@relais/conformance";
import type { Express } from "express";
import PostalMime from "postal-mime";

const lines = (file: string): string[] => readFileSync(join(import.meta.dirname, file), "utf8").split("\n");
const [before, after] = [lines("app-nodemailer.ts"), lines("app-relais.ts")];
const away = before.filter((one) => !after.includes(one));
const more = after.filter((one) => !before.includes(one));
for (const line of away) console.log(`- ${line}`);
for (const line of more) console.log(`+ ${line}`);
console.log(`lines away: ${away.length}, new: ${more.length}`);

const far = { smtp: await smtpServer(), ses: await sesServer() };
Object.assign(process.env, {
  SMTP_HOST: far.smtp.host,
  SMTP_PORT: String(far.smtp.port),
  AWS_SES_REGION: "eu-west-1",
  AWS_SES_ENDPOINT: far.ses.endpoint,
  AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SES_SECRET_ACCESS_KEY: "secret",
});

/** Posts both forms, as a browser would. @returns how they were answered */
async function visit(app: Express): Promise<string> {
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = async (path: string, fields: Record<string, string>): Promise<number> =>
    (await fetch(url + path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" }))
      .status;
  const contact = await post("/contact", {
    name: "Ann",
    email: "ann@example.net",
    message: "Is it in stock?",
  });
  const reset = await post("/password-reset", { email: "ann@example.net" });
  server.close();
  return `${contact} ${reset}`;
}

/** What arrived, without what differs from mail to mail. */
async function received(): Promise<string> {
  const mails = await Promise.all(far.smtp.accepted.map(({ data }) => PostalMime.parse(data)));
  return JSON.stringify(
    mails.map(({ from, to, replyTo, subject, text, html, attachments }) => [
      ...[from, to, replyTo, subject, text, html],
      ...attachments.map(({ filename, mimeType, contentId, content }) => [
        ...[filename, mimeType, contentId],
        Buffer.from(content as ArrayBuffer).toString("base64"),
      ]),
    ]),
  );
}

// The apps report failures there.
console.error = (...words) => console.log(...words);
const [nodemailerApp, relaisApp] = [await import("./app-nodemailer.ts"), await import("./app-relais.ts")];

console.log("nodemailer:", await visit(nodemailerApp.app));
const byNodemailer = await received();
far.smtp.reset();
console.log("Relais:", await visit(relaisApp.app));
console.log("mails:", far.smtp.accepted.length, "the same:", (await received()) === byNodemailer);

await far.smtp.down();
console.log("SMTP is down");
console.log("nodemailer:", await visit(nodemailerApp.app));
console.log("Relais:", await visit(relaisApp.app), "by SES:", far.ses.accepted.length);

nodemailerApp.mail.close();
relaisApp.mail.close();
await far.ses.close();
