import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import { listener } from "../server/listener.ts";
import { issueCertificate } from "../server/x509.ts";
import {
  bytesOf,
  everyKind,
  type FeedbackSender,
  iso,
  notJson,
  oversized,
  type RefusedWebhook,
  type VendorEvent,
  type WebhookRequest,
} from "./sender.ts";
import { type SesFormat, sesEvent } from "./ses-event.ts";

const region = "eu-west-1";
const topic = `arn:aws:sns:${region}:123456789012:mail-events`;
const host = `https://sns.${region}.amazonaws.com`;
const certificatePath = "/SimpleNotificationService-0a1b2c3d4e5f.pem";
const day = 24 * 60 * 60_000;

const notificationFields = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const confirmationFields = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

type Envelope = Record<string, string | undefined>;

const signedFields = (type: string | undefined): readonly string[] =>
  type === "Notification" ? notificationFields : confirmationFields;

/** A key with its certificate, both made here. */
function identity(from: number, to: number): { readonly key: KeyObject; readonly pem: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const issuer = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = issueCertificate({
    subject: "sns.amazonaws.com",
    publicKey,
    issuer: "Test authority of SNS",
    issuerPublicKey: issuer.publicKey,
    issuerPrivateKey: issuer.privateKey,
    notBefore: new Date(Date.now() + from),
    notAfter: new Date(Date.now() + to),
  });
  return { key: privateKey, pem };
}

/** Options of a receiver of SNS. */
export interface SnsOptions {
  readonly topics: readonly string[];
  /** Leads every https: URL to the servers of this sender; none leaves the machine. */
  readonly fetch: typeof fetch;
}

export interface SnsSender extends FeedbackSender<SnsOptions> {
  /** The topic that the receiver knows. */
  readonly topic: string;
  /** Of the server on 127.0.0.1 that stands for SNS, for a `fetch` of another process: it adds the header `x-wanted-host`. */
  readonly port: number;
  /** URLs that the receiver asked for, in order. */
  readonly asked: readonly string[];
  /** Tokens of subscriptions that were confirmed. */
  readonly confirmed: readonly string[];
  /** A message of the topic of any content. */
  notification(message: string, changes?: Envelope): WebhookRequest;
  /** An event in one of SES' formats, signed by either version. */
  event(event: VendorEvent, format: SesFormat, version?: "1" | "2"): WebhookRequest;
  confirmation(
    type: "SubscriptionConfirmation" | "UnsubscribeConfirmation",
    changes?: Envelope,
  ): WebhookRequest;
  close(): Promise<void>;
}

/** Amazon SNS with events of SES: it signs with an RSA key of its own, whose certificate a server on 127.0.0.1 gives out. */
export async function snsSender(): Promise<SnsSender> {
  const genuine = identity(-day, day);
  const stranger = identity(-day, day);
  const expired = identity(-2 * day, -day);
  const asked: string[] = [];
  const confirmed: string[] = [];

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", host);
    const wanted = request.headers["x-wanted-host"];
    if (wanted !== new URL(host).host) {
      // Whoever asks elsewhere gets a certificate that the forger's signatures fit.
      response.end(stranger.pem);
    } else if (url.searchParams.get("Action") === "ConfirmSubscription") {
      confirmed.push(url.searchParams.get("Token") ?? "");
      response.end("<ConfirmSubscriptionResponse/>");
    } else if (url.pathname.endsWith("-redirect.pem")) {
      response.writeHead(302, { location: "/elsewhere.pem" }).end();
    } else if (url.pathname.endsWith("-large.pem")) {
      response.end(stranger.pem + "\n".repeat(1_000_000));
    } else if (url.pathname.endsWith("-silent.pem")) {
      response.flushHeaders();
    } else if (url.pathname.endsWith("-expired.pem")) response.end(expired.pem);
    else if (url.pathname === "/elsewhere.pem") {
      asked.push("where a redirect leads");
      response.end(stranger.pem);
    } else if (url.pathname === certificatePath) response.end(genuine.pem);
    else response.writeHead(404).end("none of ours");
  });
  const listening = await listener(server, 0);

  const localFetch: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url.href);
    const local = new URL(`${url.pathname}${url.search}`, `http://127.0.0.1:${listening.port}`);
    return fetch(local, { ...init, headers: { "x-wanted-host": url.host } });
  };

  function signed(envelope: Envelope, key: KeyObject = genuine.key): WebhookRequest {
    const whole: Envelope = {
      MessageId: randomUUID(),
      TopicArn: topic,
      Timestamp: iso(Date.now()),
      SignatureVersion: "2",
      SigningCertURL: `${host}${certificatePath}`,
      UnsubscribeURL: `${host}/?Action=Unsubscribe`,
      ...envelope,
    };
    const lines = signedFields(whole.Type).map((name) =>
      whole[name] === undefined ? "" : `${name}\n${whole[name]}\n`,
    );
    const algorithm = whole.SignatureVersion === "1" ? "sha1" : "sha256";
    const Signature = sign(algorithm, Buffer.from(lines.join("")), key).toString("base64");
    return request({ Signature, ...whole });
  }

  const request = (body: unknown, headers: Readonly<Record<string, string>> = {}): WebhookRequest => ({
    headers: { "content-type": "text/plain; charset=UTF-8", "x-amz-sns-topic-arn": topic, ...headers },
    body: bytesOf(body),
  });
  const notification = (Message: string, changes: Envelope = {}, key?: KeyObject): WebhookRequest =>
    signed({ Type: "Notification", Message, ...changes }, key);
  const confirmation = (Type: string, changes: Envelope = {}, key?: KeyObject): WebhookRequest => {
    const Token = randomUUID();
    const to = (changes.TopicArn ?? topic).replaceAll(":", "%3A");
    const SubscribeURL = `${host}/?Action=ConfirmSubscription&TopicArn=${to}&Token=${Token}`;
    return signed({ Type, Message: "You have chosen to subscribe.", Token, SubscribeURL, ...changes }, key);
  };

  const some = sesEvent({
    type: "delivered",
    recipient: "ann@example.net",
    providerMessageId: "m-1",
    at: Date.now(),
  });
  /** Signed by a forger, with a certificate that fits, from wherever it may lie. */
  const forgedFrom = (SigningCertURL: string): RefusedWebhook => ({
    name: `with a certificate of ${SigningCertURL}`,
    status: 403,
    request: notification(some, { SigningCertURL }, stranger.key),
  });
  const confirmedAt = (SubscribeURL: string): RefusedWebhook => ({
    name: `a confirmation at ${SubscribeURL}`,
    status: 403,
    request: confirmation("SubscriptionConfirmation", { SubscribeURL }),
  });
  const withoutSignature = (): WebhookRequest => {
    const { Signature: _, ...rest } = JSON.parse(Buffer.from(notification(some).body).toString()) as Envelope;
    return request(rest);
  };
  const other = `arn:aws:sns:${region}:999999999999:mail-events`;
  const confirm = `Action=ConfirmSubscription&TopicArn=${topic.replaceAll(":", "%3A")}&Token=t`;

  return {
    source: "sns",
    topic,
    port: listening.port,
    options: { topics: [topic], fetch: localFetch },
    secrets: [],
    asked,
    confirmed,
    tells: everyKind,
    notification,
    confirmation,
    event: (event, format, SignatureVersion = "2") =>
      notification(sesEvent(event, format), {
        SignatureVersion,
        Subject: "Amazon SES Email Event Notification",
      }),
    requests: (events) =>
      events.map((event, i) =>
        // Both formats and both signatures, with a subject and without.
        notification(sesEvent(event, i % 2 === 0 ? "eventType" : "notificationType"), {
          SignatureVersion: i % 3 === 0 ? "1" : "2",
          ...(i % 2 === 0 && { Subject: "Amazon SES Email Event Notification" }),
        }),
      ),
    ignored: () => [
      notification("Successfully validated SNS topic for Amazon SES event publishing."),
      notification(JSON.stringify({ eventType: "Open", open: {}, mail: { messageId: "m-1" } })),
      notification(JSON.stringify({ AlarmName: "something else" })),
      notification(
        JSON.stringify({
          notificationType: "Complaint",
          complaint: {
            complaintFeedbackType: "not-spam",
            complainedRecipients: [{ emailAddress: "ann@example.net" }],
          },
          mail: { messageId: "m-1" },
        }),
      ),
      confirmation("UnsubscribeConfirmation"),
    ],
    refused: () => [
      { name: "signed with another key", status: 401, request: notification(some, {}, stranger.key) },
      { name: "without a signature", status: 401, request: withoutSignature() },
      { name: "of another topic", status: 403, request: notification(some, { TopicArn: other }) },
      {
        name: "a confirmation of another topic",
        status: 403,
        request: confirmation("SubscriptionConfirmation", { TopicArn: other }),
      },
      {
        name: "a confirmation signed with another key",
        status: 401,
        request: confirmation("SubscriptionConfirmation", {}, stranger.key),
      },
      {
        name: "a confirmation without a signature",
        status: 401,
        request: request({
          ...JSON.parse(Buffer.from(confirmation("SubscriptionConfirmation").body).toString()),
          Signature: "",
        }),
      },
      ...[
        "https://evil.example/SimpleNotificationService-0a1b.pem",
        `http://sns.${region}.amazonaws.com/SimpleNotificationService-0a1b.pem`,
        `https://sns.${region}.amazonaws.com.evil.example/SimpleNotificationService-0a1b.pem`,
        `https://sns.${region}.amazonaws.com:8443/SimpleNotificationService-0a1b.pem`,
        `https://sns.${region}.amazonaws.com@evil.example/SimpleNotificationService-0a1b.pem`,
        `https://user:pass@sns.${region}.amazonaws.com/SimpleNotificationService-0a1b.pem`,
        `https://s3.${region}.amazonaws.com/bucket/SimpleNotificationService-0a1b.pem`,
        `https://bucket.sns.${region}.amazonaws.com/SimpleNotificationService-0a1b.pem`,
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a1b.pem",
        "https://169.254.169.254/SimpleNotificationService-0a1b.pem",
        "https://[::1]/SimpleNotificationService-0a1b.pem",
        "file:///etc/passwd",
        `https://sns.${region}.amazonaws.com/other/../bucket.pem`,
        `https://sns.${region}.amazonaws.com/?Action=GetData`,
        `${host}${certificatePath}?from=evil.example`,
        `${host}${certificatePath}#evil`,
        "not a URL",
      ].map(forgedFrom),
      ...[
        `https://evil.example/?${confirm}`,
        `http://sns.${region}.amazonaws.com/?${confirm}`,
        `https://sns.${region}.amazonaws.com.evil.example/?${confirm}`,
        `https://169.254.169.254/latest/meta-data?${confirm}`,
        `https://sns.${region}.amazonaws.com:22/?${confirm}`,
        `https://sns.${region}.amazonaws.com/?${confirm.replace("ConfirmSubscription", "DeleteTopic")}`,
        `https://sns.${region}.amazonaws.com/?${confirm.replace("123456789012", "999999999999")}`,
        "http://localhost:6379/",
      ].map(confirmedAt),
      ...["redirect", "large", "expired", "missing"].map((how) => ({
        name: `with a certificate that cannot be used: ${how}`,
        status: 503,
        request: notification(
          some,
          { SigningCertURL: `${host}/SimpleNotificationService-${how}.pem` },
          stranger.key,
        ),
      })),
      {
        name: "sent yesterday",
        status: 401,
        request: notification(some, { Timestamp: iso(Date.now() - day) }),
      },
      {
        name: "sent tomorrow",
        status: 401,
        request: notification(some, { Timestamp: iso(Date.now() + day) }),
      },
      { name: "with a time that is none", status: 401, request: notification(some, { Timestamp: "now" }) },
      {
        name: "signed in a way that is unknown",
        status: 400,
        request: notification(some, { SignatureVersion: "3" }),
      },
      { name: "of a type that is unknown", status: 400, request: signed({ Type: "Other", Message: some }) },
      {
        name: "without a field that is signed",
        status: 400,
        request: notification(some, { MessageId: undefined }),
      },
      { name: "delivered raw", status: 400, request: request(some, { "x-amz-sns-rawdelivery": "true" }) },
      { name: "delivered raw, without the header that says so", status: 400, request: request(some) },
      {
        name: "an event without a recipient",
        status: 400,
        request: notification(
          JSON.stringify({ eventType: "Bounce", bounce: {}, mail: { messageId: "m-1" } }),
        ),
      },
      ...notJson.map(([name, body]) => ({ name, status: 400, request: request(body) })),
      { name: "more than it may hold", status: 413, request: request(oversized) },
    ],
    tampered: ({ headers, body }, where) => {
      const envelope = JSON.parse(Buffer.from(body).toString()) as Envelope;
      const names = signedFields(envelope.Type).filter((name) => (envelope[name] ?? "") !== "");
      const name = names[where % names.length] ?? "Message";
      const value = envelope[name] ?? "";
      const at = Math.floor(where / names.length) % value.length;
      const changed = String.fromCharCode(value.charCodeAt(at) ^ (1 << (where % 5)));
      return {
        headers,
        body: bytesOf({ ...envelope, [name]: value.slice(0, at) + changed + value.slice(at + 1) }),
      };
    },
    close: listening.down,
  };
}
