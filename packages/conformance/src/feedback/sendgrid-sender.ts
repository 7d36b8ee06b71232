import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  bytesOf,
  everyKind,
  type FeedbackSender,
  flipped,
  notJson,
  oversized,
  seconds,
  type VendorEvent,
  type WebhookRequest,
} from "./sender.ts";

const words = {
  delivered: { event: "delivered", response: "250 2.0.0 OK" },
  deferred: { event: "deferred", response: "451 4.3.2 try again later", attempt: "1" },
  blocked: { event: "dropped", reason: "Bounced Address" },
  complained: { event: "spamreport" },
  unsubscribed: { event: "unsubscribe" },
  failed: { event: "dropped", reason: "Spam Content" },
} as const;
const bounces = {
  hard: { event: "bounce", type: "bounce", status: "5.1.1", reason: "550 5.1.1 no such user" },
  soft: { event: "bounce", type: "blocked", status: "5.7.1", reason: "550 5.7.1 refused for its reputation" },
} as const;

function write(
  { type, bounce, recipient, message, providerMessageId, at }: VendorEvent,
  id: string,
): unknown {
  return {
    email: recipient,
    timestamp: seconds(at),
    "smtp-id": `<${providerMessageId}@ismtpd.example>`,
    sg_event_id: id,
    sg_message_id: `${providerMessageId}.filter0425p1mdw1.13037.57168B4A1D.0`,
    ...(message === undefined ? {} : { relais_id: message }),
    ...(type === "bounced" ? bounces[bounce === "hard" ? "hard" : "soft"] : words[type]),
  };
}

function signed(key: KeyObject, body: Uint8Array<ArrayBuffer>, at: number = Date.now()): WebhookRequest {
  const time = String(seconds(at));
  return {
    headers: {
      "content-type": "application/json",
      "x-twilio-email-event-webhook-timestamp": time,
      "x-twilio-email-event-webhook-signature": sign(
        "sha256",
        Buffer.concat([Buffer.from(time), body]),
        key,
      ).toString("base64"),
    },
    body,
  };
}

/** SendGrid's signed Event Webhook: ECDSA over time and body, events in batches. */
export function sendgridSender(): FeedbackSender<{ readonly publicKey: string }> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const ids = new Map<VendorEvent, string>();
  const idOf = (event: VendorEvent): string => {
    const id = ids.get(event) ?? `sg-event-${ids.size}`;
    ids.set(event, id);
    return id;
  };
  const some = bytesOf([
    write(
      { type: "delivered", recipient: "ann@example.net", providerMessageId: "m-1", at: Date.now() },
      "e-1",
    ),
  ]);
  const genuine = signed(privateKey, some);
  const { "x-twilio-email-event-webhook-signature": _, ...unsigned } = genuine.headers;
  const day = 24 * 60 * 60_000;
  return {
    source: "sendgrid",
    options: { publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") },
    secrets: [],
    tells: everyKind.filter(({ bounce }) => bounce !== "undetermined"),
    requests: (events) => [signed(privateKey, bytesOf(events.map((event) => write(event, idOf(event)))))],
    ignored: () => [
      signed(privateKey, bytesOf([])),
      signed(privateKey, bytesOf([{ event: "open", email: "ann@example.net" }, { event: "processed" }])),
    ],
    refused: () => [
      { name: "signed with another key", status: 401, request: signed(stranger, some) },
      { name: "without a signature", status: 401, request: { headers: unsigned, body: some } },
      {
        name: "with a signature that is none",
        status: 401,
        request: {
          headers: { ...genuine.headers, "x-twilio-email-event-webhook-signature": "AAAA" },
          body: some,
        },
      },
      {
        name: "with another time than the signed one",
        status: 401,
        request: {
          headers: {
            ...genuine.headers,
            "x-twilio-email-event-webhook-timestamp": String(seconds(Date.now()) + 1),
          },
          body: some,
        },
      },
      { name: "signed two days ago", status: 401, request: signed(privateKey, some, Date.now() - 2 * day) },
      { name: "signed tomorrow", status: 401, request: signed(privateKey, some, Date.now() + day) },
      ...notJson.map(([name, body]) => ({ name, status: 400, request: signed(privateKey, bytesOf(body)) })),
      {
        name: "an event without its list",
        status: 400,
        request: signed(privateKey, bytesOf({ event: "delivered" })),
      },
      { name: "a list of something else", status: 400, request: signed(privateKey, bytesOf([1, null])) },
      { name: "more than it may hold", status: 413, request: signed(privateKey, oversized) },
    ],
    tampered: ({ headers, body }, where) => ({ headers, body: flipped(body, where) }),
  };
}
