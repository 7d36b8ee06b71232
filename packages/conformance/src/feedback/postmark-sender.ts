import {
  bytesOf,
  everyKind,
  type FeedbackSender,
  iso,
  loginHeaders,
  notJson,
  oversized,
  type VendorEvent,
} from "./sender.ts";

const login = { user: "postmark", pass: "postmark-password-4711" };

const bounceNames = { hard: "HardBounce", soft: "SoftBounce", undetermined: "Unknown" } as const;

function write(event: VendorEvent, id: number): unknown {
  const { type, bounce = "undetermined", recipient, message, providerMessageId, at } = event;
  const common = {
    MessageID: providerMessageId,
    ServerID: 23,
    MessageStream: "outbound",
    Tag: "welcome",
    Metadata: message === undefined ? {} : { relais_id: message },
  };
  const told = (Type: string) => ({
    RecordType: Type === "SpamComplaint" ? Type : "Bounce",
    ID: id,
    Type,
    Name: Type,
    Description: "What Postmark says of this type.",
    Details: "smtp;550 5.1.1 The account does not exist",
    Email: recipient,
    From: "shop@example.org",
    BouncedAt: iso(at),
    Inactive: true,
    CanActivate: true,
    ...common,
  });
  switch (type) {
    case "delivered":
      return {
        RecordType: "Delivery",
        Recipient: recipient,
        DeliveredAt: iso(at),
        Details: "250 ok",
        ...common,
      };
    case "bounced":
      return told(bounceNames[bounce]);
    case "complained":
      return told("SpamComplaint");
    case "deferred":
      return told("Transient");
    case "blocked":
      return told("ManuallyDeactivated");
    case "failed":
      return told("TemplateRenderingFailed");
    case "unsubscribed":
      return {
        RecordType: "SubscriptionChange",
        Recipient: recipient,
        ChangedAt: iso(at),
        Origin: "Recipient",
        SuppressSending: true,
        SuppressionReason: "ManualSuppression",
        ...common,
      };
  }
}

/** Postmark's webhooks: basic authentication, one event each. */
export function postmarkSender(): FeedbackSender<{ readonly auth: typeof login }> {
  const value = Buffer.from(`${login.user}:${login.pass}`).toString("base64");
  const { right, wrong } = loginHeaders(`Basic ${value}`);
  const ids = new Map<VendorEvent, number>();
  const idOf = (event: VendorEvent): number => {
    const id = ids.get(event) ?? 901_542_550 + ids.size;
    ids.set(event, id);
    return id;
  };
  const some = bytesOf(
    write({ type: "delivered", recipient: "ann@example.net", providerMessageId: "m-1", at: Date.now() }, 1),
  );
  return {
    source: "postmark",
    options: { auth: login },
    secrets: [login.pass, value],
    tells: everyKind,
    requests: (events) =>
      events.map((event) => ({ headers: right, body: bytesOf(write(event, idOf(event))) })),
    ignored: () =>
      [
        { RecordType: "Open", Recipient: "ann@example.net", MessageID: "m-1", ReceivedAt: iso(Date.now()) },
        {
          RecordType: "Bounce",
          Type: "AutoResponder",
          ID: 7,
          Email: "ann@example.net",
          BouncedAt: iso(Date.now()),
        },
        { RecordType: "SubscriptionChange", SuppressSending: false, Recipient: "ann@example.net" },
      ].map((event) => ({ headers: right, body: bytesOf(event) })),
    refused: () => [
      ...wrong.map(([name, headers]) => ({ name, status: 401, request: { headers, body: some } })),
      ...notJson.map(([name, body]) => ({
        name,
        status: 400,
        request: { headers: right, body: bytesOf(body) },
      })),
      { name: "no event", status: 400, request: { headers: right, body: bytesOf({ MessageID: "m-1" }) } },
      {
        name: "an event without a recipient",
        status: 400,
        request: { headers: right, body: bytesOf({ RecordType: "Delivery", MessageID: "m-1" }) },
      },
      { name: "more than it may hold", status: 413, request: { headers: right, body: oversized } },
    ],
  };
}
