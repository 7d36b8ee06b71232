import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import nodemailer from "nodemailer";
import type { Transporter } from "nodemailer/lib/mailer";
import { type BodyStream, bodyStream } from "./body-stream.ts";

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

/** The body of a mail that a transport reads, however often it opens it; its end waits for `handOver`. */
export class GatedBody {
  readonly #handOver: () => Promise<void>;
  #body: BodyStream | undefined;
  #isStopped = false;

  constructor(handOver: () => Promise<void>) {
    this.#handOver = handOver;
  }

  /** The stream was opened. */
  get begun(): boolean {
    return this.#body !== undefined;
  }

  /** `handOver` resolved: from here on the server may have the message. */
  get handedOver(): boolean {
    return this.#body?.handedOver === true;
  }

  /** `handOver` rejected. */
  get declined(): boolean {
    return this.#body?.declined === true;
  }

  /** In the place of the mail's own stream. */
  wrap(open: () => Readable): Readable {
    const body = bodyStream(() => buffer(open()), this.#handOver);
    // A pool may put a mail back into its queue; one whose end was read is not begun again.
    const isEnded = this.#body?.ending === true;
    if (!isEnded) this.#body = body;
    if (isEnded || this.#isStopped) body.stream.destroy(new Error("given up"));
    return body.stream;
  }

  /** The end will never come: nothing that waits for it goes out. Without effect once handed over. */
  stop(): void {
    if (this.handedOver) return;
    this.#isStopped = true;
    this.#body?.stream.destroy(new Error("given up"));
  }
}
