import { createHmac, randomBytes } from "node:crypto";
import {
  bytesOf,
  everyKind,
  type FeedbackSender,
  notJson,
  oversized,
  seconds,
  type VendorEvent,
  type WebhookRequest,
} from "./sender.ts";

const signingKey = "mailgun-signing-key-4711";

const status = (code: number, message: string) => ({ "delivery-status": { code, message, "attempt-no": 1 } });
const words = {
  delivered: { event: "delivered", ...status(250, "OK") },
  deferred: {
    event: "failed",
    severity: "temporary",
    reason: "greylisted",
    ...status(450, "4.2.0 Greylisted"),
  },
  blocked: {
    event: "failed",
    severity: "permanent",
    reason: "suppress-bounce",
    ...status(605, "Not delivering to previously bounced address"),
  },
  complained: { event: "complained" },
  unsubscribed: { event: "unsubscribed" },
  failed: { event: "rejected", reject: { reason: "Sandbox subdomains are for test purposes only" } },
} as const;
const bounces = {
  hard: { event: "failed", severity: "permanent", reason: "bounce", ...status(550, "5.1.1 no such user") },
  soft: { event: "failed", severity: "permanent", reason: "old", ...status(602, "Too old") },
  undetermined: { event: "failed", severity: "permanent", reason: "generic", ...status(550, "refused") },
} as const;

function write({ type, bounce, recipient, message, providerMessageId, at }: VendorEvent): unknown {
  return {
    id: "hTWCTD81RtiDN",
    timestamp: at / 1_000,
    recipient,
    "user-variables": message === undefined ? {} : { relais_id: message },
    message: {
      headers: { to: recipient, "message-id": providerMessageId.replace(/^<|>$/g, ""), subject: "Hello" },
      size: 809,
    },
    ...(type === "bounced" ? bounces[bounce ?? "undetermined"] : words[type]),
  };
}

function signature(token: string, at: number, key: string) {
  const timestamp = String(seconds(at));
  return {
    timestamp,
    token,
    signature: createHmac("sha256", key)
      .update(timestamp + token)
      .digest("hex"),
  };
}

const newToken = (): string => randomBytes(25).toString("hex");

const request = (body: unknown): WebhookRequest => ({
  headers: { "content-type": "application/json" },
  body: bytesOf(body),
});

/** Mailgun's webhooks: an HMAC over time and token, not over the body. */
export function mailgunSender(): FeedbackSender<{ readonly signingKey: string }> & {
  /** A request, and another that says something else with its signature: the second must be refused. */
  replay(event: VendorEvent): readonly [WebhookRequest, WebhookRequest];
} {
  const tokens = new Map<VendorEvent, ReturnType<typeof signature>>();
  const signatureOf = (event: VendorEvent) => {
    const one = tokens.get(event) ?? signature(newToken(), Date.now(), signingKey);
    tokens.set(event, one);
    return one;
  };
  const some = write({
    type: "delivered",
    recipient: "ann@example.net",
    providerMessageId: "m-1",
    at: Date.now(),
  });
  const now = Date.now();
  const day = 24 * 60 * 60_000;
  const moved = signature(newToken(), now, signingKey);
  const refused: readonly (readonly [name: string, status: number, body: unknown])[] = [
    [
      "signed with another key",
      401,
      { signature: signature(newToken(), now, "another-key-4711"), "event-data": some },
    ],
    ["without a signature", 401, { "event-data": some }],
    [
      "with an empty signature",
      401,
      { signature: { ...signature(newToken(), now, signingKey), signature: "" }, "event-data": some },
    ],
    [
      "with another token",
      401,
      { signature: { ...signature(newToken(), now, signingKey), token: newToken() }, "event-data": some },
    ],
    [
      "with a digit moved from the time to the token",
      401,
      {
        signature: {
          ...moved,
          timestamp: moved.timestamp.slice(0, -1),
          token: moved.timestamp.slice(-1) + moved.token,
        },
        "event-data": some,
      },
    ],
    [
      "signed yesterday",
      401,
      { signature: signature(newToken(), now - day, signingKey), "event-data": some },
    ],
    ["signed tomorrow", 401, { signature: signature(newToken(), now + day, signingKey), "event-data": some }],
    ["without an event", 400, { signature: signature(newToken(), now, signingKey) }],
    [
      "an event without a recipient",
      400,
      { signature: signature(newToken(), now, signingKey), "event-data": { event: "delivered" } },
    ],
    ["more than it may hold", 413, oversized],
    ...notJson.map(([name, body]) => [name, 400, body] as const),
  ];
  return {
    source: "mailgun",
    options: { signingKey },
    secrets: [signingKey],
    tells: everyKind,
    requests: (events) =>
      events.map((event) => request({ signature: signatureOf(event), "event-data": write(event) })),
    ignored: () =>
      ["opened", "clicked", "accepted"].map((event) =>
        request({ signature: signature(newToken(), Date.now(), signingKey), "event-data": { event } }),
      ),
    refused: () => [
      ...refused.map(([name, code, body]) => ({ name, status: code, request: request(body) })),
      {
        name: "a legacy webhook",
        status: 400,
        request: {
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: bytesOf("event=delivered"),
        },
      },
    ],
    replay(event) {
      const used = signature(newToken(), Date.now(), signingKey);
      const forged = write({ ...event, type: "complained", recipient: "victim@example.net" });
      return [
        request({ signature: used, "event-data": write(event) }),
        request({ signature: used, "event-data": forged }),
      ];
    },
  };
}
