/** The longest reason that is kept, in characters. */
const maxReasonCharacters = 300;

// Control characters (C0, DEL, C1), line and paragraph separators, invisible and bidirectional controls: none of
// them may reach a terminal or a log line. Lone surrogates would break what encodes the text.
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A server's words made fit for `Failure.reason`: one line, no control character, at most 300 characters.
 * It knows no secrets; take those out first, with `redactor`.
 */
export function reason(text: string, maxCharacters: number = maxReasonCharacters): string {
  // Bound the work first: replies of 500 KB have been seen.
  const head = text.length > 4 * maxCharacters ? text.slice(0, 4 * maxCharacters) : text;
  const line = head.replace(unprintable, " ").replace(/\s+/g, " ").trim();
  if (line.length <= maxCharacters) return line;
  return `${line.slice(0, maxCharacters - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
