import { type Address, bareAddress, mailboxKey } from "./address.ts";
import { type AddressInput, addressList } from "./address-list.ts";
import { headerText, InvalidMessage, isAbsent, pickOwn, quote } from "./fields.ts";
import type { DeliveryStatusRequest, Envelope, IgnorableSuppression, Limits, Message } from "./message.ts";

/** Whom to tell the server, instead of what the headers say. Fields are named as in nodemailer. */
export interface EnvelopeInput {
  /** A bare address; `""` is the null sender. */
  readonly from?: AddressInput | null | undefined;
  readonly to?: AddressInput | null | undefined;
  readonly cc?: AddressInput | null | undefined;
  readonly bcc?: AddressInput | null | undefined;
}

const envelopeFields = new Set(["from", "to", "cc", "bcc"]);
type Given = Record<"from" | "to" | "cc" | "bcc", unknown>;

function eachOnce(addresses: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const address of addresses) {
    const key = mailboxKey(address);
    if (!seen.has(key)) seen.set(key, address);
  }
  return Object.freeze([...seen.values()]);
}

function envelopeSender(value: unknown): string {
  if (typeof value === "string" && /^\s*(?:<\s*>)?\s*$/.test(value)) return "";
  const [first, ...more] = addressList("envelope.from", value);
  if (first === undefined) return "";
  if (more.length > 0) throw new InvalidMessage("envelope.from", "must be one address");
  return bareAddress("envelope.from", first.address);
}

/** The envelope that is given, or the one that the headers imply. */
export function readEnvelope(
  value: unknown,
  sender: Address,
  recipients: readonly Address[],
  limits: Limits,
): Envelope {
  const input = isAbsent(value)
    ? undefined
    : pickOwn<Given>("envelope", value, envelopeFields, "an envelope");
  const from = input?.from === undefined ? sender.address : envelopeSender(input.from);
  const listed =
    input === undefined
      ? recipients
      : (["to", "cc", "bcc"] as const).flatMap((name) => addressList(`envelope.${name}`, input[name]));
  const namesRecipients = input !== undefined && (!isAbsent(input.to) || listed.length > 0);
  const to = eachOnce((namesRecipients ? listed : recipients).map((entry) => entry.address));
  if (to.length === 0) {
    throw new InvalidMessage(namesRecipients ? "envelope.to" : "to", "there is no recipient");
  }
  if (to.length > limits.maxRecipients) {
    const fault = `has ${to.length} recipients; at most ${limits.maxRecipients} are allowed`;
    throw new InvalidMessage("to", fault);
  }
  return Object.freeze({ from, to });
}

/** What reports to ask a server for (RFC 3461), with nodemailer's names. */
export interface DeliveryStatusInput {
  /** `full` or `headers`; `hdrs` is SMTP's own word. */
  readonly return?: string | null | undefined;
  readonly ret?: string | null | undefined;
  readonly id?: string | null | undefined;
  readonly envid?: string | null | undefined;
  readonly notify?: string | readonly string[] | null | undefined;
  readonly recipient?: string | null | undefined;
  readonly orcpt?: string | null | undefined;
}

const dsnFields = new Set(["return", "ret", "id", "envid", "notify", "recipient", "orcpt"]);
const events = ["never", "success", "failure", "delay"] as const;
type Event = (typeof events)[number];

function returned(value: unknown): "full" | "headers" {
  const word = String(value).toLowerCase().trim();
  if (word === "full") return "full";
  if (word === "headers" || word === "hdrs") return "headers";
  throw new InvalidMessage("dsn.return", `must be full or headers, not ${quote(value)}`);
}

function notified(value: unknown): readonly Event[] {
  const words = (Array.isArray(value) ? value : String(value).split(",")).map((one) =>
    String(one).toLowerCase().trim(),
  );
  for (const word of words) {
    if (!events.includes(word as Event))
      throw new InvalidMessage("dsn.notify", `must be never, success, failure or delay, not ${quote(word)}`);
  }
  // RFC 3461, 4.1: "never" stands alone.
  return Object.freeze(words.includes("never") ? ["never"] : [...new Set(words as Event[])]);
}

/** The reports that a message asks for. */
export function readDsn(value: unknown): DeliveryStatusRequest | undefined {
  if (isAbsent(value) || value === false) return undefined;
  const input = pickOwn<DeliveryStatusInput>("dsn", value, dsnFields, "a DSN request");
  const what = input.return ?? input.ret;
  const id = input.id ?? input.envid;
  const recipient = input.recipient ?? input.orcpt;
  return Object.freeze({
    ...(isAbsent(what) ? {} : { return: returned(what) }),
    ...(isAbsent(id) ? {} : { id: headerText("dsn.id", id, 100) }),
    ...(isAbsent(input.notify) ? {} : { notify: notified(input.notify) }),
    ...(isAbsent(recipient)
      ? {}
      : { recipient: bareAddress("dsn.recipient", recipient.replace(/^rfc822;/i, "")) }),
  });
}

const ignorable: readonly IgnorableSuppression[] = ["bounced", "unsubscribed", "manual"];

/** What of a message a suppression list is asked by. */
export function suppressionFields(input: {
  readonly stream?: unknown;
  readonly ignoreSuppression?: unknown;
}): Pick<Message, "stream" | "ignoreSuppression"> {
  const { stream, ignoreSuppression } = input;
  if (isAbsent(stream) && isAbsent(ignoreSuppression)) return nothing;
  return {
    ...(isAbsent(stream) ? {} : { stream: streamName(stream) }),
    ...(isAbsent(ignoreSuppression) ? {} : { ignoreSuppression: ignored(ignoreSuppression) }),
  };
}

const nothing = Object.freeze({});

function streamName(value: unknown): string {
  const name = headerText("stream", value, 100);
  if (name === "") throw new InvalidMessage("stream", "must not be blank");
  return name;
}

function ignored(value: unknown): readonly IgnorableSuppression[] {
  const words = (Array.isArray(value) ? value : String(value).split(",")).map((one) =>
    String(one).toLowerCase().trim(),
  );
  for (const word of words) {
    if (ignorable.includes(word as IgnorableSuppression)) continue;
    const fault =
      word === "complained"
        ? "complaints cannot be ignored"
        : `must be bounced, unsubscribed or manual, not ${quote(word)}`;
    throw new InvalidMessage("ignoreSuppression", fault);
  }
  return Object.freeze([...new Set(words as IgnorableSuppression[])]);
}
