import {
  createMessage,
  defaultLimits,
  InvalidMessage,
  type Message,
  type MessageInput,
  type MessageOptions,
} from "@relais/core/spi";
import type { MailMessage } from "nodemailer/lib/mailer";
import type MimeNode from "nodemailer/lib/mime-node";
import { allNodes, resolveContents } from "./mime-nodes.ts";
import { refuseInjection, removeReordering } from "./sanitize-mail.ts";
import { sendingError } from "./sending-error.ts";

type MessageLimits = NonNullable<MessageOptions["limits"]>;

const sizeOf = (content: unknown): number => {
  if (typeof content === "string") return Buffer.byteLength(content);
  return ArrayBuffer.isView(content) ? content.byteLength : 0;
};

/** Limits count what a mail holds before it is encoded, as they do for every other message. */
function checkLimits(root: MimeNode, limits: MessageLimits): void {
  const { maxBytes, maxAttachments } = { ...defaultLimits, ...limits };
  const nodes = allNodes(root);
  const bytes = nodes.reduce((sum, { content }) => sum + sizeOf(content), 0);
  if (bytes > maxBytes)
    throw sendingError(`message: has ${bytes} bytes; at most ${maxBytes} are allowed`, { code: "EMESSAGE" });
  const files = nodes.filter((node) => node.getHeader("Content-Disposition") !== undefined).length;
  if (files > maxAttachments) {
    const fault = `attachments: has ${files} entries; at most ${maxAttachments} are allowed`;
    throw sendingError(fault, { code: "EMESSAGE" });
  }
}

/**
 * The recipients that nodemailer knows. Of a `raw` mail it knows none but those of an `envelope`: without one, the
 * mail's own header fields name them.
 */
function envelopeOf<T>({ message, data }: MailMessage<T>): { from: string; to: string[] } | undefined {
  const { from, to } = message.getEnvelope();
  if (to.length > 0) return { from: from || "", to };
  if (data.raw && !data.envelope) return undefined;
  throw sendingError("No recipients defined", { code: "EENVELOPE" });
}

/** The message that a chain sends for a mail: the bytes that nodemailer composes, as they are, and its envelope. */
export async function composeMessage<T>(mail: MailMessage<T>, limits: MessageLimits = {}): Promise<Message> {
  const { message: root, data } = mail;
  refuseInjection(root, data.envelope);
  removeReordering(root);
  await resolveContents(root);
  const envelope = envelopeOf(mail);
  if (!data.raw) checkLimits(root, limits);
  const raw = await root.build();
  // Fields that nodemailer does not have itself, or has in two places.
  const {
    dsn = (data.envelope as MessageInput | undefined)?.dsn,
    stream,
    ignoreSuppression,
  } = data as MessageInput;
  try {
    return await createMessage(
      { raw, ...(envelope && { envelope }), ...(dsn ? { dsn } : {}), stream, ignoreSuppression },
      { limits: data.raw ? limits : { ...limits, maxBytes: Number.POSITIVE_INFINITY } },
    );
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error;
    const isEnvelope = /^(?:from|to|cc|bcc|sender|envelope|dsn)\b/.test(error.field);
    throw sendingError(error.message, { code: isEnvelope ? "EENVELOPE" : "EMESSAGE", cause: error });
  }
}
