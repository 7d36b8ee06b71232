import type { SMTPEnvelope } from "nodemailer/lib/smtp-connection";
import type { Session } from "../connection/connection.ts";
import { evidence } from "../replies/parse-error.ts";
import { replyBehind } from "../replies/remedy.ts";
import type { BodyStream } from "./body-stream.ts";

/** One transaction under way: nodemailer writes into the envelope what became of each recipient. */
export interface Transaction {
  readonly envelope: SMTPEnvelope & {
    readonly accepted?: readonly string[];
    readonly rejectedErrors?: readonly unknown[];
    /** The refusal of MAIL, also where the connection was lost before the rest was answered. */
    readonly mailError?: unknown;
  };
  readonly group: readonly string[];
  readonly body: BodyStream;
  readonly session: Session;
  /** Transactions that the session had before. */
  readonly before: number;
}

/** Whether after this failure the server waits for a command, and not for the rest of a body or for nothing at all. */
export function sessionGoesOn(thrown: unknown, body: BodyStream): boolean {
  if (body.begun && !(body.handedOver && body.stream.readableEnded)) return false;
  const { code, response = "500" } = evidence(thrown);
  return (code === "EENVELOPE" || code === "EMESSAGE") && /^(?!421)[45]\d\d/.test(response);
}

/** A refusal of a recipient that was one too many for this transaction. */
export const tooMany = (refusal: unknown): boolean => replyBehind(refusal)?.remedy === "fewer-recipients";
/** A refusal of a recipient that wants a transaction of its own. */
export const alone = (refusal: unknown): boolean =>
  replyBehind(refusal)?.phrase?.means === "separate-recipient";
