import { isAscii } from "node:buffer";
import type { Message } from "@relais/core/spi";
import type { BodyStream } from "@relais/mime";
import type { SMTPEnvelope } from "nodemailer/lib/smtp-connection";
import type { Connection } from "../connection/connection.ts";
import { explainError } from "../replies/classify.ts";
import { parseError } from "../replies/parse-error.ts";

/** One transaction under way: nodemailer writes into the envelope what became of each recipient. */
export interface Transaction {
  readonly envelope: SMTPEnvelope & {
    readonly accepted?: readonly string[];
    readonly rejectedErrors?: readonly unknown[];
    /** The refusal of MAIL, also where the connection was lost before the rest was answered. */
    readonly mailError?: unknown;
  };
  readonly recipients: readonly string[];
  readonly body: BodyStream;
  readonly connection: Connection;
  /** Transactions that the connection had before. */
  readonly sentBefore: number;
}

/** An envelope as nodemailer takes it. */
export function smtpEnvelope(
  message: Message,
  from: string,
  recipients: readonly string[],
  bytes: Buffer,
): SMTPEnvelope {
  return { from, to: [...recipients], size: bytes.length, use8BitMime: !isAscii(bytes), ...dsnOf(message) };
}

/** The reports that a message asks for (RFC 3461); nodemailer passes them to servers that offer DSN alone. */
function dsnOf({ dsn }: Message): Pick<SMTPEnvelope, "dsn"> {
  if (dsn === undefined) return {};
  return {
    dsn: {
      ...(dsn.return === undefined ? {} : { ret: dsn.return === "full" ? "FULL" : "HDRS" }),
      ...(dsn.id === undefined ? {} : { envid: dsn.id }),
      ...(dsn.notify === undefined ? {} : { notify: dsn.notify.join(",") }),
      ...(dsn.recipient === undefined ? {} : { recipient: dsn.recipient }),
    },
  };
}

/** Whether after this failure the server waits for a command, and not for the rest of a body or for nothing at all. */
export function isReusable(thrown: unknown, body: BodyStream): boolean {
  if (body.begun && !(body.handedOver && body.stream.readableEnded)) return false;
  const { code, response = "500" } = parseError(thrown);
  return (code === "EENVELOPE" || code === "EMESSAGE") && /^(?!421)[45]\d\d/.test(response);
}

/** A refusal of a recipient that was one too many for this transaction. */
export const isOneTooMany = (refusal: unknown): boolean =>
  explainError(refusal)?.remedy === "fewer-recipients";

/** A refusal of a recipient that wants a transaction of its own. */
export const needsOwnTransaction = (refusal: unknown): boolean =>
  explainError(refusal)?.phrase?.means === "separate-recipient";
