/** A server's reply, taken apart (RFC 5321, 4.2; RFC 2034 for the enhanced code). */
export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** `"5.1.1"`, where the reply has one. */
  readonly enhanced?: string;
  /** What follows the codes, lines joined by a space. */
  readonly text: string;
  /** Codes and text, as one line. */
  readonly line: string;
}

const lineStart = /^([2-5]\d\d)(?:[ -]|$)/;
const enhancedStart = /^([245]\.\d{1,3}\.\d{1,3})(?![.\d])\s*/;
// Cisco's and qmail's way: "550 #5.1.0 Address rejected", "sorry, no mailbox here by that name. (#5.1.1)"
const enhancedInside = /#([245]\.\d{1,3}\.\d{1,3})(?![.\d])/;
/** Nothing of use stands further in, and a hostile server may send as much as `maxResponseBytes`. */
const mostCharacters = 8_192;

/** The reply in `text`, which may have several lines; `undefined` if it is not one. */
export function parseReply(text: string): Reply | undefined {
  const lines = text.slice(0, mostCharacters).split(/\r?\n/);
  const code = lineStart.exec(lines[0] ?? "")?.[1];
  if (code === undefined) return undefined;
  let enhanced: string | undefined;
  const words: string[] = [];
  for (const line of lines) {
    const rest = line.replace(lineStart, "");
    const found = enhancedStart.exec(rest);
    enhanced ??= found?.[1];
    words.push(found === null ? rest : rest.slice(found[0].length));
  }
  const said = words.join(" ").replace(/\s+/g, " ").trim();
  enhanced ??= enhancedInside.exec(said)?.[1];
  const codes = enhanced === undefined ? code : `${code} ${enhanced}`;
  return {
    code: Number(code),
    ...(enhanced === undefined ? {} : { enhanced }),
    text: said,
    line: said === "" ? codes : `${codes} ${said}`,
  };
}
