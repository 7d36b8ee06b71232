import type { Readable } from "node:stream";
import nodemailer from "nodemailer";
import type { Transporter } from "nodemailer/lib/mailer";
import type { GatedBody } from "./gated-body.ts";

/** A transporter whose mails' ends can be held back. */
export interface InstrumentedTransporter {
  readonly transporter: Transporter;
  /** What nodemailer calls the transport: `SMTP`, `SMTP (pool)`, `Sendmail`, `SESTransport`. */
  readonly name: string;
  /** Its server takes a mail only at a sign after the body (SMTP's final dot): to hold the end back is enough. */
  readonly streams: boolean;
  readonly canVerify: boolean;
  /** The stream of the mail with these very `raw` bytes goes through `body`. */
  gate(raw: Buffer, body: GatedBody): void;
}

// Not sendmail: if this process dies, its input just ends, and half a mail may be sent as a whole one.
const streaming = new Set(["SMTP", "SMTP (pool)"]);

function isTransporter(value: unknown): value is Transporter {
  return typeof value === "object" && value !== null && "sendMail" in value;
}

/** Makes a transporter of whatever `nodemailer.createTransport` takes, and adds a plugin to it. */
export function instrumentTransporter(transport: unknown): InstrumentedTransporter {
  const transporter = isTransporter(transport)
    ? transport
    : nodemailer.createTransport(transport as Parameters<typeof nodemailer.createTransport>[0]);
  const bodies = new WeakMap<object, GatedBody>();
  transporter.use("stream", (mail, done) => {
    const { raw } = mail.data;
    const body = Buffer.isBuffer(raw) ? bodies.get(raw) : undefined;
    if (body !== undefined) {
      // Around the mail's own stream: what other plugins and DKIM make of it happens inside.
      const open = mail.message.createReadStream.bind(mail.message);
      mail.message.createReadStream = ((options) =>
        body.wrap(() => open(options) as Readable)) as typeof open;
    }
    done();
  });
  const { name, verify } = transporter.transporter;
  return {
    transporter,
    name,
    streams: streaming.has(name),
    canVerify: typeof verify === "function",
    gate: (raw, body) => bodies.set(raw, body),
  };
}
