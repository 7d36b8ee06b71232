import { decodeWords } from "@relais/core/spi";
import type MimeNode from "nodemailer/lib/mime-node";
import { allNodes, headerEntries } from "./mime-nodes.ts";
import { sendingError } from "./sending-error.ts";

/**
 * Refuses what would put a header, a recipient or a command where only a value belongs: prepared headers and addresses
 * with line breaks. All else nodemailer encodes.
 * @throws nodemailer's error, with `EENVELOPE` or `EMESSAGE`
 */
export function refuseInjection(root: MimeNode, envelope: unknown): void {
  for (const node of allNodes(root)) {
    for (const entry of headerEntries(node)) {
      const { key, value } = entry;
      if (addressKeys.has(key)) checkAddresses(key.toLowerCase(), value);
      else if (typeof value === "object" && value !== null && (value as { prepared?: unknown }).prepared)
        entry.value = preparedValue(key, value);
    }
  }
  if (typeof envelope !== "object" || envelope === null) return;
  for (const name of ["from", "to", "cc", "bcc"] as const)
    checkAddresses(`envelope.${name}`, (envelope as Record<string, unknown>)[name]);
}

/** Takes out of names, subject and file names the characters that show letters in another order. */
export function removeReordering(root: MimeNode): void {
  for (const node of allNodes(root)) {
    const { filename } = node as { filename?: unknown };
    if (typeof filename === "string") node.filename = withoutReordering(filename);
  }
  for (const entry of headerEntries(root)) {
    if (shownKeys.has(entry.key)) entry.value = cleaned(entry.value);
  }
}

const refused = (field: string, fault: string, code: "EENVELOPE" | "EMESSAGE"): Error =>
  sendingError(`${field}: ${fault}`, { code });

const addressKeys = new Set(["From", "Sender", "To", "Cc", "Bcc", "Reply-To"]);
const quotedText = /"(?:[^"\\]|\\.)*"/g;

/** An address with a line break or a bracket in the middle: what follows it is another one, or a command. */
function breaksOut(address: string): boolean {
  const bare = address.trim().replace(/^<([^<>]*)>$/, "$1");
  return /[\r\n<>]/.test(bare.replace(quotedText, (text) => text.replace(/[<>]/g, "")));
}

/** A run of blanks: whether a line breaks in it, and whether the next one begins with a blank. */
const shortened = (blanks: string): string =>
  /[\r\n]/.test(blanks) ? (/[\r\n]$/.test(blanks) ? "\n" : "\n ") : " ";
const comment = /\([^()]*\)/g;
const nextField = /[\r\n][!-9;-~]+[ \t]*:/;

/** Whether an address is the name of another one, with a line break between. */
function isAnother(part: string): boolean {
  const [, name = "", address = ""] = /^([^<>]*@[^<>]*[\r\n]\s*)<([^<>]*)/.exec(part) ?? [];
  return name.trim().toLowerCase() !== address.trim().toLowerCase();
}

/**
 * Whether a line break or a bracket within a list begins another header or recipient. Lists are folded, also at blanks
 * within a name; but behind an address only a separator may come.
 */
function listBreaksOut(list: string): boolean {
  if (!/[\r\n>]/.test(list)) return false;
  const plain = list.replace(quotedText, (one) => "q".repeat(one.length)).replace(comment, "");
  // Each run of blanks as one: none is gone through twice.
  const text = plain.replace(/\s+/g, shortened).trim();
  if (nextField.test(text)) return true;
  return text.split(/[,;]/).some((part) => {
    const at = part.indexOf("@");
    const behind = at < 0 ? "" : part.slice(at + 1).trim();
    // A bracket that closes needs one that opens.
    const next = part.slice(0, Math.max(at, 0)).includes("<") ? /[\r\n]\s*[^\s<>]/ : /[\r\n]\s*[^\s<]/;
    return next.test(behind) || /^[^<]*>.*[<@]/s.test(behind) || isAnother(part);
  });
}

function checkAddresses(field: string, value: unknown): void {
  if (Array.isArray(value)) for (const one of value) checkAddresses(field, one);
  else if (typeof value === "string") {
    if (listBreaksOut(value))
      throw refused(
        field,
        "contains a line break or a bracket that would begin another address",
        "EENVELOPE",
      );
  } else if (typeof value === "object" && value !== null) {
    const { address, group } = value as { address?: unknown; group?: unknown };
    if (typeof address === "string" && breaksOut(address))
      throw refused(field, "contains an address with a line break or a bracket in it", "EENVELOPE");
    if (group !== undefined) checkAddresses(field, group);
  }
}

/**
 * A value that nodemailer copies as it is. It may be folded; line breaks at its end and lines of blanks are left out,
 * since a reader could take them for the end of the header.
 */
function preparedValue(key: string, value: object): object {
  const written = String((value as { value?: unknown }).value ?? "");
  const text = written.replace(/(?:\r\n|\r|\n)[ \t]*(?=[\r\n]|$)/g, "");
  if (/[\r\n](?![\n \t])/.test(text))
    throw refused(`headers.${key}`, "contains a line break that would begin another header", "EMESSAGE");
  return text === written ? value : { ...value, value: text };
}

/** Embeddings, overrides and isolates (UAX #9): with them a name or a subject reads as another one. */
const reordering = /[\u202a-\u202e\u2066-\u2069]/;
const allReordering = new RegExp(reordering.source, "g");
const shownKeys = new Set(["Subject", "From", "Sender", "To", "Cc", "Reply-To"]);
const encodedWords = /=\?[^?\s]+\?[bq]\?[^?\r\n]*\?=(?:\s*=\?[^?\s]+\?[bq]\?[^?\r\n]*\?=)*/gi;
/** 45 bytes are 60 characters in base64, so that a word stays below the 75 of RFC 2047, 2. */
const wordBytes = 45;

function encoded(text: string): string {
  const parts: string[] = [];
  let part = "";
  for (const character of text) {
    if (Buffer.byteLength(part + character) > wordBytes) {
      parts.push(part);
      part = "";
    }
    part += character;
  }
  return [...parts, part].map((one) => `=?UTF-8?B?${Buffer.from(one).toString("base64")}?=`).join(" ");
}

/** Text without what reorders it, also where it comes as encoded words, which readers decode. */
function withoutReordering(text: string): string {
  const plain = text.replace(allReordering, "");
  if (!plain.includes("=?")) return plain;
  return plain.replace(encodedWords, (run) => {
    const shown = decodeWords(run);
    return reordering.test(shown) ? encoded(shown.replace(allReordering, "")) : run;
  });
}

/** The same value, or a copy: the caller keeps the original. */
function cleaned(value: unknown): unknown {
  if (typeof value === "string") return withoutReordering(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const { name, group, value: text } = value as { name?: unknown; group?: unknown; value?: unknown };
  return {
    ...value,
    ...(typeof name === "string" ? { name: withoutReordering(name) } : {}),
    ...(group === undefined ? {} : { group: cleaned(group) }),
    ...(typeof text === "string" ? { value: withoutReordering(text) } : {}),
  };
}
