import { members } from "./form.ts";

/** A mail as a request asks for it, not accepted yet. */
export interface OutgoingEmail {
  readonly source: string;
  /** Every address that must be verified to send: the source and the From header. */
  readonly senders: readonly string[];
  readonly destinations: readonly string[];
  readonly raw: Buffer;
  /** The size that counts for the limit: base64 as it was sent. */
  readonly encodedBytes: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSetName?: string;
}

export function outgoingEmail(action: string, parameters: ReadonlyMap<string, string>): OutgoingEmail {
  const simple = action === "SendEmail";
  const data = parameters.get("RawMessage.Data") ?? "";
  const raw = simple ? composeSimple(parameters) : Buffer.from(data, "base64");
  const from = addresses(rawHeader(raw, "From") ?? "");
  const source = addresses(parameters.get("Source") ?? "")[0] ?? from[0] ?? "";
  const set = parameters.get("ConfigurationSetName");
  return {
    source,
    senders: [...new Set([source, ...from])],
    destinations: simple ? simpleDestinations(parameters) : rawDestinations(parameters, raw),
    raw,
    encodedBytes: simple ? Math.ceil(raw.length / 3) * 4 : data.length,
    tags: tags(parameters),
    ...(set === undefined ? {} : { configurationSetName: set }),
  };
}

function simpleDestinations(parameters: ReadonlyMap<string, string>): string[] {
  const kinds = ["ToAddresses", "CcAddresses", "BccAddresses"];
  return kinds.flatMap((kind) => members(parameters, `Destination.${kind}`)).flatMap(addresses);
}

// Without Destinations the headers say who gets it, as in SES.
function rawDestinations(parameters: ReadonlyMap<string, string>, raw: Buffer): string[] {
  const listed = members(parameters, "Destinations").flatMap(addresses);
  if (listed.length > 0) return listed;
  return ["To", "Cc", "Bcc"].flatMap((name) => addresses(rawHeader(raw, name) ?? ""));
}

function tags(parameters: ReadonlyMap<string, string>): Record<string, string> {
  const found: [string, string][] = [];
  for (let at = 1; ; at += 1) {
    const name = parameters.get(`Tags.member.${at}.Name`);
    if (name === undefined) return Object.fromEntries(found);
    found.push([name, parameters.get(`Tags.member.${at}.Value`) ?? ""]);
  }
}

/** The raw mail SES would make of a SendEmail request: text, HTML, or both as alternatives. */
function composeSimple(parameters: ReadonlyMap<string, string>): Buffer {
  const header = (name: string, value: string): string => (value === "" ? "" : `${name}: ${value}\r\n`);
  const list = (field: string): string => members(parameters, field).join(", ");
  const subject = parameters.get("Message.Subject.Data") ?? "";
  const head = [
    header("From", parameters.get("Source") ?? ""),
    header("To", list("Destination.ToAddresses")),
    header("Cc", list("Destination.CcAddresses")),
    header("Reply-To", list("ReplyToAddresses")),
    header("Subject", /^[\x20-\x7e]*$/.test(subject) ? subject : `=?utf-8?B?${base64(subject)}?=`),
    "MIME-Version: 1.0\r\n",
  ].join("");
  const text = parameters.get("Message.Body.Text.Data");
  const html = parameters.get("Message.Body.Html.Data");
  const parts = [
    ...(text === undefined ? [] : [part("plain", text)]),
    ...(html === undefined ? [] : [part("html", html)]),
  ];
  if (parts.length < 2) return Buffer.from(`${head}${parts[0] ?? "\r\n"}`);
  const body = parts.map((each) => `--boundary\r\n${each}`).join("");
  return Buffer.from(
    `${head}Content-Type: multipart/alternative; boundary=boundary\r\n\r\n${body}--boundary--\r\n`,
  );
}

function part(subtype: string, content: string): string {
  const head = `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
  return `${head}${(base64(content).match(/.{1,76}/g) ?? []).join("\r\n")}\r\n`;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const LIMIT_BYTES = 262_144;

/** A header field's value in a raw mail (RFC 5322), unfolded. */
function rawHeader(mail: Buffer, name: string): string | undefined {
  const end = mail.indexOf("\r\n\r\n");
  const head = mail
    .toString("utf8", 0, Math.min(end < 0 ? mail.length : end, LIMIT_BYTES))
    .replaceAll(/\r?\n[ \t]+/g, " ");
  const prefix = `${name.toLowerCase()}:`;
  const line = head.split(/\r?\n/).find((candidate) => candidate.toLowerCase().startsWith(prefix));
  return line?.slice(prefix.length).trim();
}

/** The bare addresses of an address list: `Ann <ann@example.com>, bob@example.com`. Quoted commas are respected. */
function addresses(list: string): string[] {
  const items = list.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  return items.map((item) => (/<([^<>]*)>\s*$/.exec(item)?.[1] ?? item).trim()).filter((item) => item !== "");
}
