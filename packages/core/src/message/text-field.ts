import { InvalidMessage } from "./invalid-message.ts";
import { quote } from "./quote.ts";

// What has no business in a header: control characters, invisible and bidirectional controls (they make a text
// look like another one), separators that some software takes for line breaks.
const lineBreak = /[\r\n\u0085\u2028\u2029]/;
const control = /[\u0000-\u001f\u007f-\u009f]/;
const invisible = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function characterFault(value: string): string | undefined {
  if (lineBreak.test(value)) return "contains a line break";
  if (control.test(value)) return "contains a control character";
  if (invisible.test(value)) return "contains an invisible or bidirectional control character";
  if (loneSurrogate.test(value)) return "contains half a character (a lone surrogate)";
  return undefined;
}

const plain = /^[\x20-\x7e]*$/;

/** A value for one header line: a string without control characters, at most `maxCharacters` long. */
export function headerText(field: string, value: unknown, maxCharacters: number): string {
  if (typeof value !== "string") throw new InvalidMessage(field, `must be a string, not ${quote(value)}`);
  if (value.length > maxCharacters) {
    throw new InvalidMessage(field, `has ${value.length} characters; at most ${maxCharacters} are allowed`);
  }
  const fault = plain.test(value) ? undefined : characterFault(value);
  if (fault !== undefined) throw new InvalidMessage(field, fault);
  return value;
}

/** A body: line breaks are its own business, NUL and halves of characters cannot be sent (RFC 5322, 4). */
export function bodyText(field: string, value: unknown, maxCharacters: number): string {
  if (typeof value !== "string") throw new InvalidMessage(field, `must be a string, not ${quote(value)}`);
  if (value.length > maxCharacters) {
    throw new InvalidMessage(field, `has ${value.length} characters; at most ${maxCharacters} are allowed`);
  }
  if (value.includes("\0")) throw new InvalidMessage(field, "contains a NUL character");
  if (!value.isWellFormed()) throw new InvalidMessage(field, "contains half a character (a lone surrogate)");
  return value;
}
