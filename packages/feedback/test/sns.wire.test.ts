import { type SnsSender, snsSender, type VendorEvent } from "@relais/conformance";
import { snsReceiver } from "@relais/feedback";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";

let sender: SnsSender;
beforeEach(async () => {
  sender = await snsSender();
});
afterEach(() => sender.close());

const bounce: VendorEvent = {
  type: "bounced",
  bounce: "hard",
  recipient: "ann@example.net",
  message: "m-1",
  providerMessageId: "0102-ses",
  at: Date.now() - 60_000,
};

test("a subscription of a known topic is confirmed, once per confirmation", async () => {
  const receiver = snsReceiver(sender.options);
  const reception = await receiver.receive(sender.confirmation("SubscriptionConfirmation"));
  expect(reception).toEqual({ events: [], notice: "the subscription of a topic is confirmed" });
  expect(sender.confirmed).toHaveLength(1);
});

test("nothing is asked on behalf of what is refused: but for SNS' own certificates, and those once", async () => {
  const receiver = snsReceiver(sender.options);
  for (const { name, request } of sender.refused()) {
    const before = sender.asked.length;
    const { refusal } = await receiver.receive(request);
    expect(refusal, name).toBeDefined();
    const asked = sender.asked.slice(before);
    for (const url of asked)
      expect(url, name).toMatch(
        /^https:\/\/sns\.eu-west-1\.amazonaws\.com\/SimpleNotificationService-[\w]+\.pem$/,
      );
  }
  expect(sender.confirmed).toEqual([]);
  expect(new Set(sender.asked).size).toBe(sender.asked.length);
  // Genuine, redirect, large, expired, missing.
  expect(sender.asked).toHaveLength(5);
});

/** URLs beside those of SNS: of other hosts, ports, schemes and logins, each of which somebody could hope to reach. */
const otherUrls = (path: string): fc.Arbitrary<string> => {
  const sns = "sns.eu-west-1.amazonaws.com";
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.domain().map((domain) => `${sns}.${domain}`),
    fc.domain().map((domain) => `${domain}.amazonaws.com`),
    fc.constantFrom(
      "localhost",
      "sns.amazonaws.com",
      "sns.us-east-1.amazonaws.com",
      "SNS.eu-west-1.amazonaws.com.cm",
    ),
  );
  return fc.oneof(
    host.map((name) => `https://${name}${path}`),
    fc
      .tuple(fc.constantFrom("http", "ftp", "gopher", "file", "data"), fc.constantFrom(sns, "localhost"))
      .map(([scheme, name]) => `${scheme}://${name}${path}`),
    fc
      .integer({ min: 1, max: 65_535 })
      .filter((port) => port !== 443)
      .map((port) => `https://${sns}:${port}${path}`),
    host.map((name) => `https://${sns}@${name}${path}`),
    fc.webUrl(),
    fc.string(),
  );
};

test("no other host is asked for a certificate, or to confirm: of whatever URL, nothing is requested", async () => {
  const receiver = snsReceiver(sender.options);
  const query = `/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(sender.topic)}&Token=t`;
  await receiver.receive(sender.event(bounce, "eventType"));
  await fc.assert(
    fc.asyncProperty(otherUrls("/SimpleNotificationService-0a1b.pem"), async (SigningCertURL) => {
      const { refusal } = await receiver.receive(sender.notification("{}", { SigningCertURL }));
      expect(refusal?.status).toBe(403);
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(otherUrls(query), async (SubscribeURL) => {
      const { refusal } = await receiver.receive(
        sender.confirmation("SubscriptionConfirmation", { SubscribeURL }),
      );
      expect(refusal?.status).toBe(403);
    }),
    { numRuns: 100 },
  );
  // The one certificate of the genuine message.
  expect(sender.asked).toHaveLength(1);
  expect(sender.confirmed).toEqual([]);
});

test("the certificate is asked for once, however many come at once", async () => {
  const receiver = snsReceiver(sender.options);
  const all = await Promise.all(
    Array.from({ length: 20 }, () => receiver.receive(sender.event(bounce, "eventType"))),
  );
  expect(all.every(({ events }) => events?.length === 1)).toBe(true);
  expect(sender.asked).toHaveLength(1);
});

test("names of certificates that somebody makes up are not asked for without end", async () => {
  const receiver = snsReceiver(sender.options);
  const answers = [];
  for (let i = 0; i < 40; i++) {
    const SigningCertURL = `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-made${i}.pem`;
    answers.push((await receiver.receive(sender.notification("{}", { SigningCertURL }))).refusal?.status);
  }
  expect(new Set(answers)).toEqual(new Set([503]));
  expect(sender.asked.length).toBeLessThanOrEqual(10);
});

test("an event that comes in both formats, with either signature, is one", async () => {
  const receiver = snsReceiver(sender.options);
  const receptions = [];
  for (const format of ["eventType", "notificationType"] as const)
    for (const version of ["1", "2"] as const)
      receptions.push(await receiver.receive(sender.event(bounce, format, version)));
  expect(receptions[0]?.events).toHaveLength(1);
  for (const reception of receptions) expect(reception).toEqual(receptions[0]);
  expect(receptions[0]?.events?.[0]).toMatchObject({
    type: "bounced",
    bounce: "hard",
    provider: "SES",
    code: "5.1.1",
    reason: "550 5.1.1 user unknown",
  });
});

test("raw delivery is refused with what to do", async () => {
  const { refusal } = await snsReceiver(sender.options).receive({
    headers: { "x-amz-sns-rawdelivery": "true" },
    body: Buffer.from("{}"),
  });
  expect(refusal).toEqual({
    status: 400,
    error: "raw message delivery is on, so nothing is signed: turn it off for this subscription",
  });
});

test("options are checked, in one sentence", () => {
  expect(() => snsReceiver({ topics: [] })).toThrow("snsReceiver: topics must not be empty");
  expect(() => snsReceiver({ topics: "mail-events" })).toThrow(
    'snsReceiver: topics must be the ARN of an SNS topic, got "mail-events"',
  );
  expect(() => snsReceiver({ topics: sender.topic, topic: "x" } as never)).toThrow("did you mean topics?");
});
