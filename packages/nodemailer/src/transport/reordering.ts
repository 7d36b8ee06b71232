import { decodeWords } from "@relais/core/spi";
import type MimeNode from "nodemailer/lib/mime-node";
import { everyNode, headerEntries } from "./mime-nodes.ts";

/** Embeddings, overrides and isolates (UAX #9): with them a name or a subject reads as another one. */
const reordering = /[\u202a-\u202e\u2066-\u2069]/;
const all = new RegExp(reordering.source, "g");
const shownKeys = new Set(["Subject", "From", "Sender", "To", "Cc", "Reply-To"]);
const words = /=\?[^?\s]+\?[bq]\?[^?\r\n]*\?=(?:\s*=\?[^?\s]+\?[bq]\?[^?\r\n]*\?=)*/gi;
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
  const plain = text.replace(all, "");
  if (!plain.includes("=?")) return plain;
  return plain.replace(words, (run) => {
    const shown = decodeWords(run);
    return reordering.test(shown) ? encoded(shown.replace(all, "")) : run;
  });
}

/** The same value, or a copy: what the caller gave is theirs. */
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

/** Takes out of names, subject and file names what shows letters in another order than they are sent in. */
export function dropReordering(root: MimeNode): void {
  for (const node of everyNode(root)) {
    const { filename } = node as { filename?: unknown };
    if (typeof filename === "string") node.filename = withoutReordering(filename);
  }
  for (const entry of headerEntries(root)) {
    if (shownKeys.has(entry.key)) entry.value = cleaned(entry.value);
  }
}
