import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mailgunSender, resendSender } from "@relais/conformance";
import {
  brevoReceiver,
  type FeedbackReceiver,
  mailgunReceiver,
  postmarkReceiver,
  type Reception,
  resendReceiver,
  sendgridReceiver,
} from "@relais/feedback";
import { describe, expect, test } from "vitest";
import { sesEvents } from "../src/sources/ses-events.ts";

// What the vendors' words mean, by their documents and by what people have seen.

const short = ({ events = [] }: Reception | { events: readonly unknown[] }): string[] =>
  events.map((one) => {
    const { type, bounce } = one as { type: string; bounce?: string };
    return bounce === undefined ? type : `${type} ${bounce}`;
  });

const login = { authorization: `Basic ${Buffer.from("u:p").toString("base64")}` };
const receive = (receiver: FeedbackReceiver, body: unknown): Promise<Reception> =>
  receiver.receive({ headers: login, body: Buffer.from(JSON.stringify(body)) });

describe("Postmark", () => {
  const postmark = postmarkReceiver({ auth: { user: "u", pass: "p" } });
  const bounce = {
    RecordType: "Bounce",
    ID: 1,
    Email: "ann@example.net",
    BouncedAt: "2026-04-27T16:28:50.3963933-04:00",
  };

  test.each([
    ["HardBounce", "bounced hard"],
    ["Transient", "deferred"],
    ["Unsubscribe", "unsubscribed"],
    ["Subscribe", undefined],
    ["AutoResponder", undefined],
    ["AddressChange", undefined],
    ["DnsError", "bounced soft"],
    ["SpamNotification", "bounced soft"],
    ["OpenRelayTest", undefined],
    ["Unknown", "bounced undetermined"],
    ["SoftBounce", "bounced soft"],
    ["VirusNotification", "failed"],
    ["ChallengeVerification", undefined],
    ["BadEmailAddress", "bounced hard"],
    ["SpamComplaint", "complained"],
    ["ManuallyDeactivated", "blocked"],
    ["Unconfirmed", "failed"],
    ["Blocked", "bounced soft"],
    ["SMTPApiError", "failed"],
    ["InboundError", undefined],
    ["DMARCPolicy", "failed"],
    ["TemplateRenderingFailed", "failed"],
    ["a type of next year", "bounced undetermined"],
    ["constructor", "bounced undetermined"],
  ])("a bounce of type %s: %s", async (Type, meaning) => {
    expect(short(await receive(postmark, { ...bounce, Type }))).toEqual(
      meaning === undefined ? [] : [meaning],
    );
  });

  test.each([
    [true, "HardBounce", ["bounced hard"]],
    [true, "SpamComplaint", ["complained"]],
    [true, "ManualSuppression", ["unsubscribed"]],
    [false, null, []],
  ])("a change of a subscription: %s, %s", async (SuppressSending, SuppressionReason, meaning) => {
    const change = {
      RecordType: "SubscriptionChange",
      Recipient: "ann@example.net",
      SuppressSending,
      SuppressionReason,
    };
    const zero = { MessageID: "00000000-0000-0000-0000-000000000000", MessageStream: "broadcast" };
    const reception = await receive(postmark, { ...change, ...zero });
    expect(short(reception)).toEqual(meaning);
    for (const event of reception.events ?? []) {
      expect(event.providerMessageId).toBeUndefined();
      expect(event.stream).toBe(event.type === "unsubscribed" ? "broadcast" : undefined);
    }
  });

  test("times, codes and reasons", async () => {
    const { events } = await receive(postmark, {
      ...bounce,
      Type: "HardBounce",
      Details: "smtp;550 5.1.1 <ann@example.net>: gone\u0000",
    });
    expect(events?.[0]).toMatchObject({
      at: Date.UTC(2026, 3, 27, 20, 28, 50, 396),
      eventId: "1",
      code: "5.1.1",
      reason: "smtp;550 5.1.1 <address>: gone",
    });
  });
});

describe("SES", () => {
  const bounce = (bounceType: string, bounceSubType: string) => ({
    eventType: "Bounce",
    bounce: { bounceType, bounceSubType, bouncedRecipients: [{ emailAddress: "Ann <ann@example.net>" }] },
  });
  test.each([
    [bounce("Permanent", "General"), ["bounced hard"]],
    [bounce("Permanent", "NoEmail"), ["bounced hard"]],
    [bounce("Permanent", "Suppressed"), ["blocked"]],
    [bounce("Permanent", "OnAccountSuppressionList"), ["blocked"]],
    [bounce("Permanent", "UnsubscribedRecipient"), ["blocked"]],
    [bounce("Transient", "MailboxFull"), ["bounced soft"]],
    [bounce("Undetermined", "Undetermined"), ["bounced undetermined"]],
    [
      {
        eventType: "Complaint",
        complaint: {
          complaintSubType: "OnAccountSuppressionList",
          complainedRecipients: [{ emailAddress: "a@b.c" }],
        },
      },
      ["blocked"],
    ],
    [
      { eventType: "Rendering Failure", failure: {}, mail: { destination: ["a@b.c", "d@e.f"] } },
      ["failed", "failed"],
    ],
    [
      {
        eventType: "Subscription",
        subscription: { newTopicPreferences: { unsubscribeAll: false } },
        mail: { destination: ["a@b.c"] },
      },
      [],
    ],
    [{ notificationType: "AmazonSnsSubscriptionSucceeded", message: "subscribed" }, []],
    [null, []],
    [[], []],
  ])("%j", (event, meaning) => {
    const reading = sesEvents(JSON.stringify(event), "SES", "sns");
    expect(short(reading)).toEqual(meaning);
    if (reading.events[0]?.type.startsWith("bounced"))
      expect(reading.events[0].recipient).toBe("ann@example.net");
  });

  test("several bounced recipients are several events; those whom the mail reached are none", () => {
    const recipients = ["a@b.c", "d@e.f"].map((emailAddress) => ({ emailAddress, status: "5.1.1" }));
    const mail = { messageId: "m", destination: ["a@b.c", "d@e.f", "g@h.i"] };
    const { events } = sesEvents(
      JSON.stringify({
        eventType: "Bounce",
        bounce: { bounceType: "Permanent", bouncedRecipients: recipients },
        mail,
      }),
      "SES",
      "sns",
    );
    expect(events.map((one) => one?.recipient)).toEqual(["a@b.c", "d@e.f"]);
  });
});

describe("SendGrid", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const sendgrid = sendgridReceiver({ publicKey: [pem] });
  const signed = (list: unknown): Promise<Reception> => {
    const body = Buffer.from(JSON.stringify(list));
    const time = String(Math.floor(Date.now() / 1_000));
    const signature = sign("sha256", Buffer.concat([Buffer.from(time), body]), privateKey).toString("base64");
    const name = "x-twilio-email-event-webhook";
    return sendgrid.receive({
      headers: { [`${name}-timestamp`]: time, [`${name}-signature`]: signature },
      body,
    });
  };

  test.each([
    [{ event: "bounce", type: "bounce" }, ["bounced hard"]],
    [{ event: "bounce", type: "blocked" }, ["bounced soft"]],
    [{ event: "bounce", type: "expired" }, ["bounced soft"]],
    [{ event: "dropped", reason: "Bounced Address" }, ["blocked"]],
    [{ event: "dropped", reason: "Spam Reporting Address" }, ["blocked"]],
    [{ event: "dropped", reason: "Unsubscribed Address" }, ["blocked"]],
    [{ event: "dropped", reason: "Invalid" }, ["bounced hard"]],
    [{ event: "dropped", reason: "Recipient List over Package Quota" }, ["failed"]],
    [{ event: "group_resubscribe" }, []],
    [{ event: "account_status_change" }, []],
  ])("%j", async (event, meaning) => {
    expect(short(await signed([{ email: "ann@example.net", ...event }]))).toEqual(meaning);
  });

  test("an unsubscribe of a group is of its stream; one of everything has none", async () => {
    const [group, all] = ["group_unsubscribe", "unsubscribe"].map((event) => ({
      event,
      email: "a@b.c",
      asm_group_id: 14,
    }));
    const { events } = await signed([group, all]);
    expect(events?.map(({ stream }) => stream)).toEqual(["14", undefined]);
  });

  test("in a batch, what names nobody is told, and the others count", async () => {
    const reception = await signed([
      { event: "delivered" },
      { event: "delivered", email: "ann@example.net", sg_event_id: "e\u0000" },
    ]);
    expect(short(reception)).toEqual(["delivered"]);
    expect(reception.notice).toBe("1 events name no recipient");
    // No database keeps such an id.
    expect(reception.events?.[0]?.eventId).toMatch(/^[\w-]{43}$/);
  });

  test("a key that is none is refused when the receiver is made", () => {
    for (const publicKey of ["", "AAAA", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", pem.replaceAll("A", "B")])
      expect(() => sendgridReceiver({ publicKey })).toThrow(/^sendgridReceiver: publicKey/);
  });
});

describe("Mailgun", () => {
  const signingKey = "signing-key-4711";
  const mailgun = mailgunReceiver({ signingKey: ["an-older-key", signingKey] });
  const signed = (event: object): Promise<Reception> => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const token = randomBytes(25).toString("hex");
    const signature = createHmac("sha256", signingKey)
      .update(timestamp + token)
      .digest("hex");
    return receive(mailgun, {
      signature: { timestamp, token, signature },
      "event-data": { recipient: "ann@example.net", ...event },
    });
  };
  const failed = (severity: string, reason: string, code: number) => ({
    event: "failed",
    severity,
    reason,
    "delivery-status": { code },
  });

  test.each([
    [failed("temporary", "generic", 498), ["deferred"]],
    [failed("permanent", "bounce", 550), ["bounced hard"]],
    [failed("permanent", "suppress-bounce", 605), ["blocked"]],
    [failed("permanent", "generic", 607), ["blocked"]],
    [failed("temporary", "generic", 605), ["blocked"]],
    [failed("permanent", "suppress-unsubscribe", 606), ["blocked"]],
    [failed("permanent", "old", 602), ["bounced soft"]],
    [failed("permanent", "generic", 452), ["bounced soft"]],
    [failed("permanent", "generic", 550), ["bounced undetermined"]],
    [
      { event: "rejected", recipient: undefined, message: { headers: { to: "Ann <ann@example.net>" } } },
      ["failed"],
    ],
    [{ event: "stored" }, []],
  ])("%j", async (event, meaning) => {
    expect(short(await signed(event))).toEqual(meaning);
  });

  test("a signature that comes again with something else is refused; with the same it is taken, for Mailgun tries again", async () => {
    const sender = mailgunSender();
    const receiver = mailgunReceiver(sender.options);
    const at = Date.now() - 60_000;
    const [genuine, forged] = sender.replay({
      type: "delivered",
      recipient: "ann@example.net",
      providerMessageId: "<m>",
      at,
    });
    const first = await receiver.receive(genuine);
    expect(short(first)).toEqual(["delivered"]);
    expect((await receiver.receive(forged)).refusal).toEqual({
      status: 403,
      error: "the signature of the request was used before, for something else",
    });
    expect(await receiver.receive(genuine)).toEqual(first);
  });

  test("processes that share what they remember refuse each other's, too", async () => {
    const sender = mailgunSender();
    const used = new Map<string, string>();
    const replays = {
      claim: async (key: string, use: string) => {
        if (!used.has(key)) used.set(key, use);
        return used.get(key) as string;
      },
    };
    const [one, other] = [1, 2].map(() => mailgunReceiver({ ...sender.options, replays }));
    const [genuine, forged] = sender.replay({
      type: "delivered",
      recipient: "a@b.c",
      providerMessageId: "<m>",
      at: 1e12,
    });
    await one?.receive(genuine);
    expect((await other?.receive(forged))?.refusal?.status).toBe(403);
  });
});

describe("Resend", () => {
  const sender = resendSender();
  const resend = resendReceiver(sender.options);
  const bounce = (details: object) => ({
    type: "email.bounced",
    data: { to: ["ann@example.net"], bounce: details },
  });

  test.each([
    [bounce({ type: "Permanent", subType: "General", message: "x" }), ["bounced hard"]],
    [bounce({ type: "Permanent", subType: "Suppressed", message: "x" }), ["blocked"]],
    [bounce({ type: "Transient", subType: "MailboxFull", message: "x" }), ["bounced soft"]],
    [bounce({ type: "Undetermined", subType: "Undetermined", message: "x" }), ["bounced undetermined"]],
    // Before there were types.
    [bounce({ message: "The recipient's email provider sent a hard bounce message" }), ["bounced hard"]],
    [bounce({ message: "Resend has suppressed sending to this address" }), ["blocked"]],
    [{ type: "email.bounced", data: { to: ["ann@example.net"] } }, ["bounced undetermined"]],
    [{ type: "email.received", data: {} }, []],
  ])("%j", async (event, meaning) => {
    expect(short(await resend.receive(sender.sign(event)))).toEqual(meaning);
  });

  test("of several recipients it does not say which: the event names none", async () => {
    for (const data of [
      { to: ["a@b.c", "d@e.f"] },
      { to: ["a@b.c"], cc: ["d@e.f"] },
      { to: ["a@b.c"], bcc: ["d@e.f"] },
    ]) {
      const { events } = await resend.receive(sender.sign({ type: "email.bounced", data }));
      expect(events?.map(({ recipient }) => recipient)).toEqual([""]);
    }
  });

  test("an id that a tag cannot hold stands in the header; that of a mail that was passed on does not count", async () => {
    for (const [tag, header, message] of [
      ["order_7", "order 7", "order 7"],
      ["m-1", "m-2", "m-1"],
      ["m-1", undefined, "m-1"],
    ] as const) {
      const headers = header === undefined ? [] : [{ name: "X-Relais-Id", value: header }];
      const data = { to: ["a@b.c"], tags: { relais_id: tag }, headers };
      const { events } = await resend.receive(sender.sign({ type: "email.delivered", data }));
      expect(events).toMatchObject([{ message }]);
      const mail = { destination: ["a@b.c"], tags: { relais_id: [tag] }, headers };
      const reading = sesEvents(JSON.stringify({ eventType: "Reject", reject: {}, mail }), "SES", "sns");
      expect(reading.events).toMatchObject([{ message }]);
    }
  });

  test("our id stands in tags of either form, or in a header", async () => {
    for (const carried of [
      { tags: { relais_id: "m-1" } },
      { tags: [{ name: "relais_id", value: "m-1" }] },
      { headers: [{ name: "x-relais-id", value: "m-1" }] },
    ]) {
      const { events } = await resend.receive(
        sender.sign({ type: "email.delivered", data: { to: ["Ann <a@b.c>"], ...carried } }),
      );
      expect(events).toMatchObject([{ message: "m-1", recipient: "a@b.c" }]);
    }
  });

  test("a secret that is none is refused when the receiver is made, without showing it", () => {
    for (const secret of ["", "whsec_", "whsec_AAAA", "whsec_not base64 at all, sorry"])
      expect(() => resendReceiver({ secret })).toThrow(
        /^resendReceiver: secret must (?:not be empty|be a signing secret: whsec_ and base64)$/,
      );
  });
});

describe("Brevo", () => {
  const brevo = brevoReceiver({ auth: [{ token: "token-4711" }, { user: "u", pass: "p" }] });

  test.each([
    ["invalid_email", ["bounced hard"]],
    ["complaint", ["complained"]],
    ["unsubscribe", ["unsubscribed"]],
    ["request", []],
    ["proxy_open", []],
    ["__proto__", []],
  ])("%s", async (event, meaning) => {
    expect(short(await receive(brevo, { event, email: "ann@example.net" }))).toEqual(meaning);
  });

  test("the time is that of ts_epoch, in whichever unit; others are in some time zone", async () => {
    const at = Date.UTC(2026, 2, 6, 19, 10, 23);
    for (const ts_epoch of [at, at / 1_000]) {
      const { events } = await receive(brevo, {
        event: "delivered",
        email: "a@b.c",
        ts_epoch,
        ts: at / 1_000 - 32_400,
      });
      expect(events?.[0]?.at).toBe(at);
    }
    const before = Date.now();
    const { events } = await receive(brevo, { event: "delivered", email: "a@b.c", ts: 1 });
    expect(events?.[0]?.at).toBeGreaterThanOrEqual(before);
  });

  test("events of a list are told apart", async () => {
    const list = ["deferred", "delivered"].map((event) => ({
      event,
      email: "a@b.c",
      "message-id": "<m>",
      ts_epoch: 1e12,
    }));
    const { events } = await receive(brevo, [...list, ...list]);
    expect(new Set(events?.map(({ eventId }) => eventId)).size).toBe(2);
  });
});

test("logins are checked when a receiver is made", () => {
  expect(() => postmarkReceiver({} as never)).toThrow("postmarkReceiver: auth is missing");
  expect(() => postmarkReceiver({ auth: { user: "u" } as never })).toThrow(
    "postmarkReceiver: auth.pass is missing",
  );
  expect(() => brevoReceiver({ auth: { token: "a b" } })).toThrow(
    "brevoReceiver: auth.token must be 8 to 512 ASCII",
  );
  expect(() => brevoReceiver({ auth: "token" as never })).toThrow(/^brevoReceiver: auth must be an object/);
});
