import { createHmac, randomBytes } from "node:crypto";
import {
  bytesOf,
  everyKind,
  type FeedbackSender,
  flipped,
  iso,
  notJson,
  oversized,
  seconds,
  type VendorEvent,
  type WebhookRequest,
} from "./sender.ts";

const words = {
  delivered: ["email.delivered", {}],
  deferred: ["email.delivery_delayed", {}],
  blocked: [
    "email.suppressed",
    { suppressed: { message: "On the suppression list", type: "OnAccountSuppressionList" } },
  ],
  complained: ["email.complained", {}],
  failed: ["email.failed", { failed: { reason: "reached_daily_quota" } }],
  unsubscribed: ["email.complained", {}],
} as const;
const bounces = { hard: "Permanent", soft: "Transient", undetermined: "Undetermined" } as const;

function write({
  type,
  bounce = "undetermined",
  recipient,
  message,
  providerMessageId,
  at,
}: VendorEvent): unknown {
  const [name, details] =
    type === "bounced"
      ? ([
          "email.bounced",
          { bounce: { type: bounces[bounce], subType: "General", message: "550 5.1.1 refused" } },
        ] as const)
      : words[type];
  return {
    type: name,
    created_at: iso(at),
    data: {
      email_id: providerMessageId,
      created_at: iso(at - 5_000),
      from: "Shop <shop@example.org>",
      to: [recipient],
      subject: "Hello",
      tags: message === undefined ? {} : { relais_id: message },
      ...details,
    },
  };
}

/** Resend's webhooks: signed as Standard Webhooks are, by way of Svix. */
export function resendSender(): FeedbackSender<{ readonly secret: readonly string[] }> & {
  /** A genuine request of any content. */
  sign(body: unknown): WebhookRequest;
} {
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const next = `whsec_${randomBytes(24).toString("base64")}`;
  const stranger = `whsec_${randomBytes(24).toString("base64")}`;
  let count = 0;

  function signed(
    content: unknown,
    how: { key?: string; at?: number; id?: string; prefix?: string } = {},
  ): WebhookRequest {
    const { key = secret, at = Date.now(), id = `msg_${++count}`, prefix = "svix" } = how;
    const body = bytesOf(content);
    const time = String(seconds(at));
    const hmac = createHmac("sha256", Buffer.from(key.slice("whsec_".length), "base64"));
    // Signatures of several keys stand beside each other while a key is replaced.
    const signatures = `v1,${Buffer.alloc(32).toString("base64")} v1,${hmac.update(`${id}.${time}.`).update(body).digest("base64")}`;
    return {
      headers: {
        "content-type": "application/json",
        [`${prefix}-id`]: id,
        [`${prefix}-timestamp`]: time,
        [`${prefix}-signature`]: signatures,
      },
      body,
    };
  }
  const ids = new Map<VendorEvent, string>();
  const idOf = (event: VendorEvent): string => {
    const id = ids.get(event) ?? `msg_event${ids.size}`;
    ids.set(event, id);
    return id;
  };
  const some = write({
    type: "delivered",
    recipient: "ann@example.net",
    providerMessageId: "m-1",
    at: Date.now(),
  });
  const genuine = signed(some);
  const day = 24 * 60 * 60_000;
  const { "svix-signature": _, ...unsigned } = genuine.headers;
  return {
    source: "resend",
    options: { secret: [next, secret] },
    secrets: [secret, next],
    tells: everyKind.filter(({ type }) => type !== "unsubscribed"),
    requests: (events) =>
      events.map((event, i) =>
        signed(write(event), {
          id: idOf(event),
          prefix: i % 2 === 0 ? "svix" : "webhook",
          key: i % 3 === 0 ? next : secret,
        }),
      ),
    ignored: () =>
      ["email.sent", "email.opened", "email.clicked", "contact.created"].map((type) =>
        signed({ type, data: {} }),
      ),
    refused: () => [
      { name: "signed with another key", status: 401, request: signed(some, { key: stranger }) },
      { name: "without a signature", status: 401, request: { headers: unsigned, body: genuine.body } },
      {
        name: "with another id than the signed one",
        status: 401,
        request: { headers: { ...genuine.headers, "svix-id": "msg_other" }, body: genuine.body },
      },
      {
        name: "with another time than the signed one",
        status: 401,
        request: {
          headers: { ...genuine.headers, "svix-timestamp": String(seconds(Date.now()) - 7) },
          body: genuine.body,
        },
      },
      { name: "signed yesterday", status: 401, request: signed(some, { at: Date.now() - day }) },
      { name: "signed tomorrow", status: 401, request: signed(some, { at: Date.now() + day }) },
      ...notJson.map(([name, body]) => ({ name, status: 400, request: signed(body) })),
      {
        name: "an event without a recipient",
        status: 400,
        request: signed({ type: "email.delivered", data: {} }),
      },
      { name: "more than it may hold", status: 413, request: signed(oversized) },
    ],
    tampered: ({ headers, body }, where) => ({ headers, body: flipped(body, where) }),
    sign: (body) => signed(body),
  };
}
