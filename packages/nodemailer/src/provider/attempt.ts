import { isAscii } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { Message, Outcome, SendContext } from "@relais/core/spi";
import { compile } from "@relais/mime";
import type { SendMailOptions } from "nodemailer/lib/mailer";
import { type HeldBody, heldBody } from "./gated-body.ts";
import type { Carrier } from "./instrumented-transporter.ts";
import type { Telling } from "./outcomes.ts";

const before = { kind: "cancelled", reason: "aborted before the message was handed over" } as const;
const declined = { kind: "cancelled", reason: "the hand-over was declined" } as const;

async function carry(
  { transporter }: Carrier,
  raw: Buffer,
  messageId: string,
  dsn: Pick<SendMailOptions, "dsn">,
  { envelope, signal }: SendContext,
): Promise<unknown> {
  const { from, to } = envelope;
  // `size` and `use8BitMime` are for SMTP; they are nodemailer's, though not in its types.
  const whole = { from, to: [...to], size: raw.length, use8BitMime: !isAscii(raw) };
  return transporter.sendMail({ raw, envelope: whole, messageId, signal, ...dsn });
}

/** What a message asks for of reports (RFC 3461); nodemailer says it to servers that offer DSN. */
function dsnOf({ dsn }: Message): Pick<SendMailOptions, "dsn"> {
  if (dsn === undefined) return {};
  const { notify, ...rest } = dsn;
  return { dsn: { ...rest, ...(notify === undefined ? {} : { notify: [...notify] }) } };
}

/** One try at a transport; never rejects. */
export async function attempt(
  message: Message,
  context: SendContext,
  carrier: Carrier,
  telling: Telling,
): Promise<Outcome> {
  const { signal } = context;
  // A whole mail without a Message-ID: nodemailer would invent one, and say that the mail has it.
  const named = message.messageId || `<${randomUUID()}@invalid>`;
  let body: HeldBody | undefined;
  let crossed = false; // by a transport that does not stream
  const handedOver = (): boolean => crossed || body?.handedOver === true;

  const run = async (): Promise<Outcome> => {
    let raw: Buffer;
    try {
      const { bytes } = await compile(message);
      raw = bytes.subarray(); // of this attempt alone: the plugin knows it by this object
    } catch (error) {
      const said = error instanceof Error ? error.message : "no reason given";
      return telling.failure({ kind: "rejected", reason: `the message could not be compiled: ${said}` });
    }
    if (signal.aborted) return telling.failure(before);
    if (carrier.streams) {
      body = heldBody(() => context.handOver());
      carrier.hold(raw, body);
    } else {
      try {
        await context.handOver();
      } catch {
        return telling.failure(declined);
      }
      crossed = true;
    }
    try {
      const info = await carry(carrier, raw, named, dsnOf(message), context);
      if (body?.begun === true && !body.handedOver) {
        // An answer that cannot be one to the final dot: it has not gone out yet. It must not any more.
        body.stop();
        const reason = "the far end answered before it had the whole message";
        return telling.failure({ kind: "transient", reason, code: "EPROTOCOL" });
      }
      const outcome = telling.sent(info, context.envelope.to);
      const invented = outcome.success && outcome.messageId === named && named !== message.messageId;
      return invented ? { ...outcome, messageId: message.messageId } : outcome;
    } catch (thrown) {
      if (body?.declined === true) return telling.failure(declined);
      if (signal.aborted && !handedOver()) return telling.failure(before);
      return telling.trouble(thrown, handedOver());
    }
  };

  const given = Promise.withResolvers<Outcome>();
  const onAbort = (): void => {
    body?.stop();
    given.resolve(
      handedOver()
        ? telling.failure({ kind: "unknown", reason: "aborted after the message was handed over" })
        : telling.failure(before),
    );
  };
  if (signal.aborted) return telling.failure(before);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([run(), given.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
