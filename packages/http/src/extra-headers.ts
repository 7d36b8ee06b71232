import type { Message } from "@relais/core/spi";
import { addressText } from "./address-text.ts";

/**
 * The headers that mail APIs have no field of their own for, one entry for each line. Without Message-ID, which not
 * every vendor lets one set.
 */
export function extraHeaders(message: Message): [name: string, value: string][] {
  const { sender, inReplyTo, references, headers } = message;
  return [
    ...(sender === undefined ? [] : [["Sender", addressText(sender)] as [string, string]]),
    ...(inReplyTo === undefined ? [] : [["In-Reply-To", inReplyTo] as [string, string]]),
    ...(references.length === 0 ? [] : [["References", references.join(" ")] as [string, string]]),
    ...Object.entries(headers).flatMap(([name, value]) =>
      (typeof value === "string" ? [value] : value).map((one): [string, string] => [name, one]),
    ),
  ];
}

/** The same for APIs that take an object: a header that stands there several times becomes one with commas. */
export function headerRecord(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of entries)
    record[name] = Object.hasOwn(record, name) ? `${record[name]}, ${value}` : value;
  return { ...record };
}
