import { httpApis } from "./parse-dsn.ts";

const byApi = (api: keyof typeof httpApis): string =>
  `use: http with options: { api: ${api}, ${httpApis[api]}: … }, from the package @relais/http`;
const bySmtp = (host: string, port = 587): string =>
  `use: smtp with options: { host: ${host}, port: ${port}, auth: … }`;
const ses = "use: ses with options: { region: … }";
const anySmtp = "use: smtp with options: { host: …, port: 587, auth: … }";

/** How services and libraries are written that are no plugins of their own, by the first word of their names. */
const vendors: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(httpApis).map((api) => [api, byApi(api as keyof typeof httpApis)])),
  sendinblue: byApi("brevo"),
  getbrevo: byApi("brevo"),
  aws: ses,
  amazon: ses,
  sesv2: ses,
  smtps: `${bySmtp("…", 465)} (TLS from the first byte)`,
  nodemailer: anySmtp,
  mail: anySmtp,
  email: anySmtp,
  gmail: bySmtp("smtp.gmail.com"),
  google: bySmtp("smtp.gmail.com"),
  outlook: bySmtp("smtp.office365.com"),
  office365: bySmtp("smtp.office365.com"),
  microsoft: bySmtp("smtp.office365.com"),
  icloud: bySmtp("smtp.mail.me.com"),
  yahoo: bySmtp("smtp.mail.yahoo.com"),
  zoho: bySmtp("smtp.zoho.com"),
  fastmail: bySmtp("smtp.fastmail.com"),
  mailjet: bySmtp("in-v3.mailjet.com"),
  mandrill: bySmtp("smtp.mandrillapp.com"),
  mailchimp: bySmtp("smtp.mandrillapp.com"),
  mailersend: bySmtp("smtp.mailersend.net"),
  sparkpost: bySmtp("smtp.sparkpostmail.com"),
  smtp2go: bySmtp("mail.smtp2go.com"),
  mailtrap: bySmtp("live.smtp.mailtrap.io"),
  ethereal: bySmtp("smtp.ethereal.email"),
  mailpit: bySmtp("localhost", 1025),
  mailhog: bySmtp("localhost", 1025),
  maildev: bySmtp("localhost", 1025),
};

/** How to write a provider of a vendor or a library whose name, or package (`@sendgrid/mail`), stands at `use`. */
export function vendorHint(use: string): string | undefined {
  const [word = ""] = /[a-z0-9]+/.exec(use.toLowerCase()) ?? [];
  if (/^[./]/.test(use) || !Object.hasOwn(vendors, word)) return undefined;
  return `${JSON.stringify(use)} is no plugin; write ${vendors[word]}`;
}
