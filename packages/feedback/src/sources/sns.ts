import { type KeyObject, verify } from "node:crypto";
import { option } from "@relais/core/spi";
import {
  base64Bytes,
  type CommonOptions,
  checkTime,
  commonFields,
  oneOrMore,
  toleranceMs,
} from "../receiver/authentic.ts";
import { isoMs } from "../receiver/event.ts";
import { type Json, parsedObject, rawTextAt } from "../receiver/json.ts";
import { type FeedbackReceiver, header, Refused, receiver } from "../receiver/receiver.ts";
import { sesEvents } from "./ses-events.ts";
import { fetchOfSns, signingKeys, snsUrl } from "./sns-fetch.ts";

const topicArn = /^arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(?:\.fifo)?$/;

export const snsFields = {
  /** The ARN of the topic, or several; messages of all others are refused. */
  topics: option.required(oneOrMore(option.shaped(topicArn, "the ARN of an SNS topic"))),
  /** How old a message may be, ms. SNS tries again for an hour. @defaultValue 2 hours */
  toleranceMs,
  /** What asks for the certificates and confirms the subscription. @defaultValue the global `fetch` */
  fetch: option.callable<typeof fetch>(),
};

export interface SnsReceiverOptions
  extends CommonOptions,
    option.RequiredOptions<typeof snsFields>,
    option.OptionalOptions<typeof snsFields> {}

/** The fields that are signed, in order, by the type of the message. */
const notificationFields = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const confirmationFields = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
const signedFields: Readonly<Record<string, readonly string[]>> = {
  Notification: notificationFields,
  SubscriptionConfirmation: confirmationFields,
  UnsubscribeConfirmation: confirmationFields,
};
const algorithms: Readonly<Record<string, string>> = { "1": "sha1", "2": "sha256" };

/** The text that is signed: names and values, each with a line feed behind it, the last too. */
function signedText(envelope: Json, names: readonly string[]): string {
  const lines = names.map((name) => {
    const value = rawTextAt(envelope, name);
    if (value === undefined && name !== "Subject")
      throw new Refused(400, `the message of SNS has no ${name}`);
    return value === undefined ? "" : `${name}\n${value}\n`;
  });
  return lines.join("");
}

async function checkSignature(
  envelope: Json,
  text: string,
  region: string,
  keyOf: (url: URL) => Promise<KeyObject>,
): Promise<void> {
  const algorithm = algorithms[rawTextAt(envelope, "SignatureVersion") ?? ""];
  if (algorithm === undefined) throw new Refused(400, "the SignatureVersion is neither 1 nor 2");
  const signature = base64Bytes(rawTextAt(envelope, "Signature") ?? "");
  if (signature === undefined) throw new Refused(401, "the message of SNS carries no signature");
  const url = snsUrl("SigningCertURL", rawTextAt(envelope, "SigningCertURL"), region);
  if (!/^\/SimpleNotificationService-\w{1,100}\.pem$/.test(url.pathname) || url.search !== "")
    throw new Refused(403, "the SigningCertURL is no certificate of SNS");
  const key = await keyOf(url).catch(() => {
    throw new Refused(503, "the certificate of SNS cannot be used now");
  });
  if (!verify(algorithm, Buffer.from(text), key, signature))
    throw new Refused(401, "the signature of the message of SNS is wrong");
}

/**
 * Events of Amazon SES that come by SNS over HTTPS. A subscription is confirmed by itself, if its topic is among `topics`.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export function snsReceiver(options: SnsReceiverOptions): FeedbackReceiver {
  const checked = option.check("snsReceiver", option.record({ ...commonFields, ...snsFields }), options);
  const {
    topics,
    provider = "SES",
    toleranceMs: window = 2 * 60 * 60_000,
    fetch: fetchUrl = fetch,
  } = checked;
  const keyOf = signingKeys(fetchUrl);

  return receiver("sns", async ({ headers, body }) => {
    const envelope = parsedObject(body);
    const topic = rawTextAt(envelope, "TopicArn");
    if (
      header(headers, "x-amz-sns-rawdelivery") === "true" ||
      (topic === undefined &&
        (Object.hasOwn(envelope, "eventType") || Object.hasOwn(envelope, "notificationType")))
    )
      throw new Refused(
        400,
        "raw message delivery is on, so nothing is signed: turn it off for this subscription",
      );
    if (topic === undefined || !topics.includes(topic))
      throw new Refused(403, "the TopicArn is not among the topics of this receiver");
    const region = topicArn.exec(topic)?.[1] ?? "";

    const type = rawTextAt(envelope, "Type") ?? "";
    const names = Object.hasOwn(signedFields, type) ? signedFields[type] : undefined;
    if (names === undefined) throw new Refused(400, "the Type of the message of SNS is unknown");
    const text = signedText(envelope, names);
    checkTime(isoMs(rawTextAt(envelope, "Timestamp")) ?? Number.NaN, window);
    await checkSignature(envelope, text, region, keyOf);

    if (type === "UnsubscribeConfirmation")
      return { events: [], notice: "the subscription of a topic has ended" };
    if (type === "SubscriptionConfirmation") {
      const url = snsUrl("SubscribeURL", rawTextAt(envelope, "SubscribeURL"), region);
      if (
        url.searchParams.get("Action") !== "ConfirmSubscription" ||
        url.searchParams.get("TopicArn") !== topic
      )
        throw new Refused(403, "the SubscribeURL does not confirm a subscription of the topic");
      await fetchOfSns(fetchUrl, url).catch(() => {
        throw new Refused(503, "the subscription cannot be confirmed now");
      });
      return { events: [], notice: "the subscription of a topic is confirmed" };
    }
    return sesEvents(rawTextAt(envelope, "Message") ?? "", provider, "sns");
  });
}
