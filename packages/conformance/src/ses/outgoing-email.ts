import { composeSimple } from "./compose-simple.ts";
import { members } from "./parameters.ts";
import { addresses, rawHeader } from "./raw-header.ts";

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
  const given = members(parameters, "Destinations").flatMap(addresses);
  if (given.length > 0) return given;
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
