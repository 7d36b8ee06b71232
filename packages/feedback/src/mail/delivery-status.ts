import { type Field, fieldOf, fieldsOf, unfolded } from "./report.ts";

/** What a report says of one recipient, in the words of RFC 3464. */
export interface RecipientStatus {
  /** The address that the mail was sent to. */
  readonly recipient: string;
  /** The address at which it ended, where that is another one. */
  readonly finalRecipient?: string | undefined;
  readonly action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** The enhanced status code (RFC 3463): `5.1.1`. */
  readonly status?: string | undefined;
  /** The reply code of the server that refused: `550`. */
  readonly replyCode?: string | undefined;
  /** What that server, or the one that reports, said. */
  readonly diagnostic: string;
  /** Ms since 1970. */
  readonly at?: number | undefined;
}

/** Without comments (RFC 5322, 3.2.2); they may stand in each other. */
function withoutComments(text: string): string {
  let plain = text;
  for (let before = ""; before !== plain; ) {
    before = plain;
    plain = plain.replace(/\([^()]*\)/g, " ");
  }
  return plain.trim();
}

/** An address as reports write it: `rfc822; <a@example.org>`, `utf-8; \x{61}@example.org`. */
export function reportedAddress(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const [, type = "", given = ""] = /^\s*(?:([\w-]{1,20})\s*;)?\s*(.*)$/s.exec(value) ?? [];
  const text = /^utf-?8/i.test(type)
    ? given.replace(/\\x\{([0-9a-f]{2,6})\}/gi, (whole, hex: string) => {
        const code = Number.parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      })
    : given;
  const bracketed = /<\s*([^<>]{1,320})\s*>/.exec(text)?.[1];
  const address = withoutComments(bracketed ?? text)
    .replace(/^(?:mailto|smtp):/i, "")
    .replace(/^@[^:@]{1,255}:/, "")
    .trim();
  const bare = /^(?:"(?:[^"\\]|\\.){1,64}"|[^\s"<>@,;:]{1,64})@[^\s<>@,;]{1,255}/.exec(address)?.[0];
  if (bare !== undefined) return bare.replace(/[.,:;]+$/, "");
  // RFC 3461, 4: an address may have come through as xtext.
  return address.includes("+40") && /^[\x21-\x7e]{1,320}$/.test(address)
    ? reportedAddress(
        address.replace(/\+([0-9A-F]{2})/g, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        ),
      )
    : undefined;
}

const enhanced = /(?<![\d.-])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
const anyReplyCode =
  /(?<![\d.-]|\d:)(?:[45][0-5]\d|250)(?=[\s\-#;:,)]|$)(?! ?(?:bytes|octets|seconds|hours))/i;

const withReplyCode = /\b[245][0-5]\d[ -]{1,2}['"#(]{0,2}([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;

/** The enhanced code in a server's words: the one beside a reply code, since a gateway may put its own before it. */
export const statusIn = (words: string): string | undefined =>
  (withReplyCode.exec(words) ?? enhanced.exec(words))?.[1];
/** The reply code in a server's words. */
export const replyCodeIn = (words: string): string | undefined => anyReplyCode.exec(words)?.[0];

/** A server's words from its reply code on, behind what a gateway puts before them; `undefined` without one. */
export function replyIn(words: string): string | undefined {
  const at = (withReplyCode.exec(words) ?? anyReplyCode.exec(words))?.index;
  return at === undefined ? undefined : words.slice(at).replace(/^(\d{3})[-\s]*['"]?/, "$1 ");
}

const isVague = (status: string | undefined): boolean => status === undefined || /^[245]\.0\.0$/.test(status);

/**
 * Of two codes the one to believe: the reply of the server that refused, where it has one, and else the more precise one.
 * Some servers report 5.1.1 where they were told of a full mailbox or of a blocked sender.
 */
function preciseStatus(status: string | undefined, words: string): string | undefined {
  const ofReply = withReplyCode.exec(words)?.[1];
  if (ofReply !== undefined && !isVague(ofReply)) return ofReply;
  if (!isVague(status)) return status;
  return status === undefined
    ? statusIn(words)
    : ([statusIn(words)].find((found) => !isVague(found)) ?? status);
}

function actionOf(value: string | undefined, status: string | undefined): RecipientStatus["action"] {
  const word = /[a-z]+/.exec((value ?? "").toLowerCase())?.[0] ?? "";
  if (/^(?:delayed|deferred|transient)$/.test(word)) return "delayed";
  if (word === "deliverable") return "delivered";
  if (word === "relayed" || word === "expanded" || word === "delivered") return word;
  if (word !== "" || status === undefined) return "failed";
  return status.startsWith("2") ? "delivered" : status.startsWith("4") ? "delayed" : "failed";
}

const recipientNames = ["final-recipient", "original-recipient", "x-actual-recipient"];

/**
 * The groups of a delivery status, each of one recipient. Servers put empty lines where none belong and leave out those
 * that do: a group begins with a recipient, or with a field that the one before has already.
 */
function groups(text: string): Field[][] {
  const found: { readonly fields: Field[]; readonly names: Set<string> }[] = [];
  let isFirst = true;
  for (const line of unfolded(text)) {
    const [field] = fieldsOf(line);
    if (field === undefined) {
      isFirst ||= line.trim() === "";
      continue;
    }
    const group = found.at(-1);
    const isRecipient = recipientNames.includes(field.name);
    const repeats = group?.names.has(field.name) === true;
    if (group === undefined || (isFirst ? isRecipient || repeats : isRecipient && repeats))
      found.push({ fields: [field], names: new Set([field.name]) });
    else {
      group.fields.push(field);
      group.names.add(field.name);
    }
    isFirst = false;
  }
  return found
    .filter(({ names }) => recipientNames.some((name) => names.has(name)))
    .map(({ fields }) => fields);
}

function statusOf(fields: readonly Field[]): RecipientStatus | undefined {
  const ended =
    reportedAddress(fieldOf(fields, "final-recipient")) ??
    reportedAddress(fieldOf(fields, "x-actual-recipient"));
  const recipient = reportedAddress(fieldOf(fields, "original-recipient")) ?? ended;
  if (recipient === undefined) return undefined;
  const diagnostic = (fieldOf(fields, "diagnostic-code") ?? "").replace(/^\s*[\w.-]{1,30}\s*;\s*/, "");
  const written = statusIn(fieldOf(fields, "status") ?? "");
  const status = preciseStatus(written, diagnostic);
  const at = Date.parse(fieldOf(fields, "last-attempt-date") ?? "");
  return {
    recipient,
    ...(ended === undefined || ended === recipient ? {} : { finalRecipient: ended }),
    action: actionOf(fieldOf(fields, "action"), status),
    status,
    replyCode: replyCodeIn(diagnostic),
    diagnostic,
    ...(Number.isNaN(at) ? {} : { at }),
  };
}

/** What a delivery status (RFC 3464, RFC 6533) says of each of its recipients. */
export function readDeliveryStatus(text: string): readonly RecipientStatus[] {
  return groups(text).flatMap((group) => statusOf(group) ?? []);
}
