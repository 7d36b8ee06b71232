import { createHash, randomUUID } from "node:crypto";
import { headerText, InvalidMessage, isAbsent, quote } from "./fields.ts";

const key = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const printable = /^[\x21-\x7e]{1,900}$/;
/** A line holds 998 characters (RFC 5322, 2.1.1), and an id cannot be folded. */
const maxIdCharacters = 900;
const maxReferences = 200;

/** An id as it came, in brackets if it has none. One that no header line can carry is left out. */
function passedOn(id: string): string[] {
  if (!/^[\x21-\x7e]+$/.test(id) || id.length > maxIdCharacters) return [];
  return [/[<>]/.test(id) ? id : `<${id}>`];
}

/**
 * Ids of other messages as they came: what answers a message must quote its id, whatever its shape (RFC 5322, 3.6.4).
 * Of a very long thread the first and the last ids are kept.
 */
export function idsOfOthers(field: string, value: unknown): readonly string[] {
  if (isAbsent(value)) return none;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const ids = list.flatMap((one, i) => {
    if (isAbsent(one)) return [];
    const text = headerText(Array.isArray(value) ? `${field}[${i}]` : field, one, 200_000);
    return text.split(/\s+/).flatMap(passedOn);
  });
  if (ids.length <= maxReferences) return Object.freeze(ids);
  return Object.freeze([...ids.slice(0, 1), ...ids.slice(1 - maxReferences)]);
}

const none: readonly string[] = Object.freeze([]);

/** `id` and Message-ID of a message: a key of the caller's own, a whole Message-ID, or a new UUID. */
export function identity(
  value: unknown,
  messageId: unknown,
  senderDomain: string,
): { readonly id: string; readonly messageId: string } {
  const header = isAbsent(messageId) ? undefined : fullId("messageId", messageId);
  const text = isAbsent(value) ? "" : headerText("id", value, maxIdCharacters);
  const id = text === "" ? (header ?? randomUUID()) : text;
  if (header !== undefined) return { id: id, messageId: header };
  if (key.test(id)) return { id, messageId: `<${id}@${senderDomain}>` };
  if (id.includes("@") || /^<.*>$/.test(id)) return { id, messageId: fullId("id", id) };
  // A key of other characters, or with blanks, cannot stand in a Message-ID; a digest of it is as stable.
  const digest = createHash("sha256").update(id).digest("hex").slice(0, 32);
  return { id, messageId: `<${digest}@${senderDomain}>` };
}

function fullId(field: string, value: unknown): string {
  const text = headerText(field, value, maxIdCharacters);
  const bare = text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text;
  if (bare === "" || !printable.test(bare) || /[<>]/.test(bare)) {
    throw new InvalidMessage(field, `${quote(text)} is not a Message-ID`);
  }
  return `<${bare}>`;
}

// Minutes east of Greenwich. RFC 5322, 4.3 names the American ones; programs of other places write theirs all the same.
const zones: Readonly<Record<string, number>> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  MET: 60,
  MEZ: 60,
  CET: 60,
  MEST: 120,
  MESZ: 120,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  IST: 330,
  SGT: 480,
  HKT: 480,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
};

const dateTime =
  /^(?:[^\s\d,]{2,12}\.?,?\s*)?(\d{1,2}[\s-][A-Za-z]{3,9}[\s-]\d{2,4})\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s+([+-]\d{4}|[A-Za-z]{1,5}))?$/;

const offset = (zone: string): string => {
  const minutes = zones[zone.toUpperCase()];
  if (minutes === undefined) return zone;
  return `+${String(Math.floor(minutes / 60)).padStart(2, "0")}${String(minutes % 60).padStart(2, "0")}`;
};

/** A date as people and programs write it: what JavaScript reads, and the dates of mails (RFC 5322, 3.3 and 4.3). */
export function readDate(text: string): Date {
  const read = new Date(text);
  if (!Number.isNaN(read.getTime()) || text.length > 200) return read;
  const plain = text
    .replace(/\([^()]*\)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const [, day = "", hours = "", minutes = "", seconds = "00", zone = "+0000"] = dateTime.exec(plain) ?? [];
  return new Date(`${day.replaceAll("-", " ")} ${hours}:${minutes}:${seconds} ${offset(zone)}`);
}
