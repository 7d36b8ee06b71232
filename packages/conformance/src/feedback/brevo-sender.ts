import {
  bytesOf,
  everyKind,
  type FeedbackSender,
  loginHeaders,
  notJson,
  oversized,
  seconds,
  type VendorEvent,
} from "./sender.ts";

const token = "brevo-webhook-token-4711";

const names = {
  delivered: "delivered",
  deferred: "deferred",
  blocked: "blocked",
  complained: "spam",
  unsubscribed: "unsubscribed",
  failed: "error",
} as const;

function write({ type, bounce, recipient, message, providerMessageId, at }: VendorEvent): unknown {
  return {
    event: type === "bounced" ? `${bounce}_bounce` : names[type],
    email: recipient,
    id: 4711,
    "message-id": providerMessageId,
    // In the time zone of the account, whatever that is.
    date: "2026-03-06 11:10:23",
    ts: seconds(at) - 32_400,
    ts_event: seconds(at) - 32_400,
    ts_epoch: at,
    reason: type === "delivered" ? undefined : "550 5.1.1 mailbox unavailable",
    ...(message === undefined ? {} : { "X-Mailin-custom": `relais_id:${message}|order:7` }),
  };
}

/** Brevo's webhooks: a bearer token, one event each. */
export function brevoSender(): FeedbackSender<{ readonly auth: { readonly token: string } }> {
  const { right, wrong } = loginHeaders(`Bearer ${token}`);
  const some = bytesOf(
    write({ type: "delivered", recipient: "ann@example.net", providerMessageId: "m-1", at: Date.now() }),
  );
  return {
    source: "brevo",
    options: { auth: { token } },
    secrets: [token],
    tells: everyKind.filter(({ bounce }) => bounce !== "undetermined"),
    requests: (events) => events.map((event) => ({ headers: right, body: bytesOf(write(event)) })),
    ignored: () =>
      ["request", "unique_opened", "click", "an event of next year"].map((event) => ({
        headers: right,
        body: bytesOf({ event, email: "ann@example.net", ts_epoch: Date.now() }),
      })),
    refused: () => [
      ...wrong.map(([name, headers]) => ({ name, status: 401, request: { headers, body: some } })),
      ...notJson.map(([name, body]) => ({
        name,
        status: 400,
        request: { headers: right, body: bytesOf(body) },
      })),
      {
        name: "an event without a recipient",
        status: 400,
        request: { headers: right, body: bytesOf({ event: "delivered", ts_epoch: Date.now() }) },
      },
      { name: "more than it may hold", status: 413, request: { headers: right, body: oversized } },
    ],
  };
}
