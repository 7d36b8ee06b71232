import type { Envelope, Message, SendContext } from "@relais/core/spi";
import { compile } from "@relais/mime";
import { diagnose } from "./diagnose.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { exchange as newExchange } from "./exchange.ts";
import { refuseSize } from "./refuse-early.ts";
import type { SesClient } from "./ses-client.ts";
import { untilAborted } from "./until-aborted.ts";

/** What came of it: what SES calls the message, or what went wrong. */
export type Sent = { readonly messageId: string } | Diagnosis;

// Message ids of SES look like 0102018f5c2d3e4f-6a7b8c9d-…-000000. Entities, HTML and emptiness do not.
const messageIdForm = /^[A-Za-z0-9][A-Za-z0-9._@+=-]{7,199}$/;

async function bytesOf(message: Message): Promise<Uint8Array | Diagnosis> {
  try {
    const { bytes } = await compile(message);
    return refuseSize(bytes.length) ?? bytes;
  } catch (thrown) {
    // The far end has nothing to do with this, and no other provider could compile it either.
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { kind: "rejected", reason: `the message cannot be compiled: ${why}` };
  }
}

/** One attempt, from the message to what is known of it. Never rejects. */
export async function send(
  client: SesClient,
  message: Message,
  envelope: Envelope,
  tags: Readonly<Record<string, string>>,
  { signal, handOver }: Pick<SendContext, "signal" | "handOver">,
): Promise<Sent> {
  const exchange = newExchange(async () => handOver());
  try {
    const bytes = await untilAborted(bytesOf(message), signal);
    if ("kind" in bytes) return bytes;
    const email = { bytes, from: envelope.from, to: envelope.to, tags };
    const messageId = await untilAborted(client.sendRaw(email, { signal, exchange }), signal);
    if (typeof messageId === "string" && messageIdForm.test(messageId)) return { messageId };
    return {
      kind: "unknown",
      reason: "SES answered without a message id",
      code: `HTTP ${exchange.status ?? 0}`,
    };
  } catch (thrown) {
    return diagnose(thrown, exchange, signal.aborted, client.credentialsTroublePasses);
  }
}
