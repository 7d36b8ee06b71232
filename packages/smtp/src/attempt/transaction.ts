import { isAscii } from "node:buffer";
import type { Message } from "@relais/core/spi";
import type { Body } from "../connection/body.ts";
import type { Connection } from "../connection/connection.ts";
import type { Envelope } from "../connection/envelope.ts";
import { explainError } from "../replies/classify.ts";
import { parseError } from "../replies/parse-error.ts";

/** One transaction under way. */
export interface Transaction {
  readonly envelope: Envelope;
  readonly body: Body;
  readonly connection: Connection;
  /** Transactions that the connection had before. */
  readonly sentBefore: number;
}

/** The envelope of a transaction that was not begun. */
export function newEnvelope(
  { dsn }: Message,
  from: string,
  to: readonly string[],
  bytes: Buffer,
  smtpUtf8: boolean,
): Envelope {
  return {
    from,
    to,
    size: bytes.length,
    isAscii: isAscii(bytes),
    smtpUtf8,
    dsn,
    accepted: [],
    rejectedErrors: [],
    mailError: undefined,
  };
}

/** Whether after this failure the server waits for a command, and not for the rest of a body or for nothing at all. */
export function isReusable(thrown: unknown, body: Body): boolean {
  if (body.begun && !body.handedOver) return false;
  const { code, response = "500" } = parseError(thrown);
  return (code === "EENVELOPE" || code === "EMESSAGE") && /^(?!421)[45]\d\d/.test(response);
}

/** A refusal of a recipient that was one too many for this transaction. */
export const isOneTooMany = (refusal: unknown): boolean =>
  explainError(refusal)?.remedy === "fewer-recipients";

/** A refusal of a recipient that wants a transaction of its own. */
export const needsOwnTransaction = (refusal: unknown): boolean =>
  explainError(refusal)?.phrase?.means === "separate-recipient";
