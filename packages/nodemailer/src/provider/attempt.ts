import { isAscii } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { Message, Outcome, SendContext } from "@relais/core/spi";
import { compile } from "@relais/mime";
import type { SendMailOptions } from "nodemailer/lib/mailer";
import { GatedBody, type InstrumentedTransporter } from "./instrumented-transporter.ts";
import type { OutcomeFactory } from "./outcomes.ts";

const abortedEarly = { kind: "cancelled", reason: "aborted before the message was handed over" } as const;
const abortedLate = { kind: "unknown", reason: "aborted after the message was handed over" } as const;
const declined = { kind: "cancelled", reason: "the hand-over was declined" } as const;

/** What a message asks for of reports (RFC 3461); nodemailer says it to servers that offer DSN. */
function dsnOf({ dsn }: Message): Pick<SendMailOptions, "dsn"> {
  if (dsn === undefined) return {};
  const { notify, ...rest } = dsn;
  return { dsn: { ...rest, ...(notify === undefined ? {} : { notify: [...notify] }) } };
}

/** One attempt by a transport; never rejects. */
export async function attempt(
  message: Message,
  context: SendContext,
  { transporter, streams, gate }: InstrumentedTransporter,
  outcomes: OutcomeFactory,
): Promise<Outcome> {
  const { signal, envelope } = context;
  // A whole mail without a Message-ID: nodemailer would invent one, and say that the mail has it.
  const messageId = message.messageId || `<${randomUUID()}@invalid>`;
  let body: GatedBody | undefined;
  let crossed = false; // by a transport that does not stream
  const isHandedOver = (): boolean => crossed || body?.handedOver === true;

  const run = async (): Promise<Outcome> => {
    let raw: Buffer;
    try {
      const { bytes } = await compile(message);
      raw = bytes.subarray(); // of this attempt alone: the plugin knows it by this object
    } catch (error) {
      const fault = error instanceof Error ? error.message : "no reason given";
      return outcomes.failure({ kind: "rejected", reason: `the message could not be compiled: ${fault}` });
    }
    if (signal.aborted) return outcomes.failure(abortedEarly);
    if (streams) {
      body = new GatedBody(() => context.handOver());
      gate(raw, body);
    } else {
      try {
        await context.handOver();
      } catch {
        return outcomes.failure(declined);
      }
      crossed = true;
    }
    try {
      const info: unknown = await transporter.sendMail({
        raw,
        // `size` and `use8BitMime` are for SMTP; they are nodemailer's, though not in its types.
        envelope: Object.assign(
          { from: envelope.from, to: [...envelope.to] },
          { size: raw.length, use8BitMime: !isAscii(raw) },
        ),
        messageId,
        signal,
        ...dsnOf(message),
      });
      if (body?.begun === true && !body.handedOver) {
        // An answer that cannot be one to the final dot: it has not gone out yet. It must not any more.
        body.stop();
        const reason = "the server answered before it had the whole message";
        return outcomes.failure({ kind: "transient", reason, code: "EPROTOCOL" });
      }
      const outcome = outcomes.fromInfo(info, envelope.to);
      const isInvented =
        outcome.success && outcome.messageId === messageId && messageId !== message.messageId;
      return isInvented ? { ...outcome, messageId: message.messageId } : outcome;
    } catch (thrown) {
      if (body?.declined === true) return outcomes.failure(declined);
      if (signal.aborted && !isHandedOver()) return outcomes.failure(abortedEarly);
      return outcomes.fromError(thrown, isHandedOver());
    }
  };

  if (signal.aborted) return outcomes.failure(abortedEarly);
  const aborted = Promise.withResolvers<Outcome>();
  const onAbort = (): void => {
    body?.stop();
    aborted.resolve(outcomes.failure(isHandedOver() ? abortedLate : abortedEarly));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([run(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
