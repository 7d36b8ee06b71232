import type { Readable } from "node:stream";
import nodemailer from "nodemailer";
import type { Transporter } from "nodemailer/lib/mailer";
import type { HeldBody } from "./gated-body.ts";

/** A transporter whose mails' ends can be held back. */
export interface Carrier {
  readonly transporter: Transporter;
  /** What nodemailer calls the transport: `SMTP`, `SMTP (pool)`, `Sendmail`, `SESTransport`. */
  readonly name: string;
  /** Its far end takes a mail only by a sign of its own after the body (SMTP's final dot), so an end that waits is enough. */
  readonly streams: boolean;
  readonly canVerify: boolean;
  /** The stream of the mail with these very `raw` bytes will be held by `body`. */
  hold(raw: Buffer, body: HeldBody): void;
}

// Not sendmail: if this process dies, its input just ends, and half a mail may be sent as a whole one.
const streaming = new Set(["SMTP", "SMTP (pool)"]);

function isTransporter(given: unknown): given is Transporter {
  return typeof given === "object" && given !== null && "sendMail" in given;
}

/** Makes a transporter of whatever `nodemailer.createTransport` takes, and adds a plugin to it. */
export function carrier(given: unknown): Carrier {
  const transporter = isTransporter(given)
    ? given
    : nodemailer.createTransport(given as Parameters<typeof nodemailer.createTransport>[0]);
  const held = new WeakMap<object, HeldBody>();
  transporter.use("stream", (mail, done) => {
    const { raw } = mail.data;
    const body = Buffer.isBuffer(raw) ? held.get(raw) : undefined;
    if (body !== undefined) {
      // Around the mail's own stream: what other plugins and DKIM make of it happens inside.
      const open = mail.message.createReadStream.bind(mail.message);
      mail.message.createReadStream = ((options) =>
        body.hold(() => open(options) as Readable)) as typeof open;
    }
    done();
  });
  const { transporter: wire } = transporter;
  return {
    transporter,
    name: wire.name,
    streams: streaming.has(wire.name),
    canVerify: typeof wire.verify === "function",
    hold: (raw, body) => held.set(raw, body),
  };
}
