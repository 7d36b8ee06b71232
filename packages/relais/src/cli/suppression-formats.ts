import type { SuppressionEntry, SuppressionInput, SuppressionReason } from "@relais/core";
import type { Fields } from "./bulk/columns.ts";
import { csvLine } from "./bulk/csv.ts";

/** Lists that are read and written: our own, and those that vendors export. */
export const listFormats = ["relais", "postmark", "sendgrid", "mailgun", "ses", "brevo"] as const;
export type ListFormat = (typeof listFormats)[number];

/** A row that no entry can be made of, or a file of no format. The message is one sentence without its end. */
export class ListFault extends Error {
  override readonly name = "ListFault";
}

/** Columns by their names, whichever way they are written: `Email address`, `EmailAddress`, `email_address`. */
type Row = (name: string) => string | undefined;

interface Format {
  /** Columns by which a file is known; the first format that fits. */
  readonly columns: readonly string[];
  read(row: Row): Omit<SuppressionInput, "address"> & { readonly address: string | undefined };
  /** Its header and how an entry is written; absent for a reason that it has no place for. */
  readonly write: (
    reason: SuppressionReason,
  ) =>
    | readonly [header: readonly string[], fields: (entry: SuppressionEntry) => readonly string[]]
    | undefined;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
const iso = (ms: number | undefined): string => (ms === undefined ? "" : new Date(ms).toISOString());

/** What vendors call a reason; what is none of them is refused. */
function reasonOf(
  text: string | undefined,
  words: Readonly<Record<string, SuppressionReason>>,
): SuppressionReason {
  const reason = words[plain(text ?? "")];
  if (reason === undefined)
    throw new ListFault(`${JSON.stringify((text ?? "").slice(0, 60))} is no reason that is known`);
  return reason;
}

/** Seconds since 1970, or a date as people and programs write it. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{9,11}$/.test(text)
    ? Number(text) * 1_000
    : Date.parse(/[zZ]|[+-]\d\d:?\d\d$|[A-Z]{3}$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(time)) throw new ListFault(`${JSON.stringify(text.slice(0, 60))} is not a date`);
  return time;
}

const code = (words: Readonly<Record<SuppressionReason, string>>) => (reason: SuppressionReason) =>
  words[reason];

const postmarkWords = code({
  bounced: "HardBounce",
  complained: "SpamComplaint",
  manual: "ManualSuppression",
  unsubscribed: "ManualSuppression",
});
const brevoWords = code({
  bounced: "hardBounce",
  complained: "contactFlaggedAsSpam",
  manual: "adminBlocked",
  unsubscribed: "unsubscribedViaEmail",
});

const formats: Readonly<Record<ListFormat, Format>> = {
  relais: {
    columns: ["address", "reason", "first"],
    read: (row) => ({
      address: row("address"),
      tenant: row("tenant"),
      stream: row("stream"),
      reason: row("reason") as SuppressionReason | undefined,
      source: row("source"),
      since: timeOf(row("first")),
      expiresAt: timeOf(row("expires")),
    }),
    write: () => [
      ["address", "tenant", "stream", "reason", "source", "first", "last", "expires", "count"],
      ({ address, tenant, stream = "", reason, source = "", first, last, expiresAt, count }) => [
        ...[address, tenant, stream, reason, source],
        ...[iso(first), iso(last), iso(expiresAt), String(count)],
      ],
    ],
  },
  postmark: {
    columns: ["emailaddress", "suppressionreason"],
    read: (row) => ({
      address: row("emailaddress"),
      reason:
        plain(row("origin") ?? "") === "recipient" &&
        plain(row("suppressionreason") ?? "") === "manualsuppression"
          ? "unsubscribed"
          : reasonOf(row("suppressionreason"), {
              hardbounce: "bounced",
              spamcomplaint: "complained",
              manualsuppression: "manual",
              unsubscribed: "unsubscribed",
            }),
      since: timeOf(row("createdat")),
    }),
    write: () => [
      ["EmailAddress", "SuppressionReason", "Origin", "CreatedAt"],
      ({ address, reason, first }) => [
        address,
        postmarkWords(reason),
        reason === "manual" ? "Customer" : "Recipient",
        iso(first),
      ],
    ],
  },
  brevo: {
    columns: ["email", "reason", "blockedat"],
    read: (row) => ({
      address: row("email"),
      reason: reasonOf(row("reason"), {
        hardbounce: "bounced",
        contactflaggedasspam: "complained",
        adminblocked: "manual",
        unsubscribedviama: "unsubscribed",
        unsubscribedviaemail: "unsubscribed",
        unsubscribedviaapi: "unsubscribed",
      }),
      since: timeOf(row("blockedat")),
    }),
    write: () => [
      ["email", "reason", "blockedAt"],
      ({ address, reason, first }) => [address, brevoWords(reason), iso(first)],
    ],
  },
  ses: {
    columns: ["emailaddress", "reason"],
    read: (row) => ({
      address: row("emailaddress"),
      reason: reasonOf(row("reason"), { bounce: "bounced", complaint: "complained" }),
      since: timeOf(row("lastupdatetime")),
    }),
    write: (wanted) =>
      wanted === "bounced" || wanted === "complained"
        ? [
            ["EmailAddress", "Reason", "LastUpdateTime"],
            ({ address, reason, last }) => [
              address,
              reason === "bounced" ? "BOUNCE" : "COMPLAINT",
              iso(last),
            ],
          ]
        : undefined,
  },
  mailgun: {
    columns: ["address", "createdat"],
    read: (row) => {
      const tag = (row("tags") ?? row("tag"))?.replace(/[[\]"\s]/g, "");
      return {
        address: row("address"),
        reason: tag !== undefined ? "unsubscribed" : row("code") !== undefined ? "bounced" : "complained",
        stream: tag === undefined || tag === "*" || tag === "" ? undefined : tag,
        since: timeOf(row("createdat")),
      };
    },
    write: (reason) => {
      if (reason === "manual") return undefined;
      const [between, fields]: readonly [readonly string[], (entry: SuppressionEntry) => readonly string[]] =
        reason === "bounced"
          ? [["code", "error"], () => ["550", "suppressed"]]
          : reason === "unsubscribed"
            ? [["tags"], ({ stream = "*" }) => [stream]]
            : [[], () => []];
      return [
        ["address", ...between, "created_at"],
        (entry) => [entry.address, ...fields(entry), new Date(entry.first).toUTCString()],
      ];
    },
  },
  sendgrid: {
    columns: ["email", "created"],
    read: (row) => ({
      address: row("email"),
      reason: row("ip") !== undefined ? "complained" : row("status") !== undefined ? "bounced" : undefined,
      since: timeOf(row("created")),
    }),
    write: (reason) => {
      if (reason === "manual") return undefined;
      const [more, fields]: readonly [readonly string[], readonly string[]] =
        reason === "bounced"
          ? [
              ["reason", "status"],
              ["suppressed", "5.0.0"],
            ]
          : reason === "complained"
            ? [["ip"], ["0.0.0.0"]]
            : [[], []];
      return [
        ["email", "created", ...more],
        ({ address, first }) => [address, String(Math.floor(first / 1_000)), ...fields],
      ];
    },
  },
};

/** The format of a file, by the names of its columns. @throws {ListFault} it is none */
export function listFormatOf(fields: Fields): ListFormat {
  const names = new Set(Object.keys(fields).map(plain));
  const found = (Object.keys(formats) as ListFormat[]).find((name) =>
    formats[name].columns.every((column) => names.has(column)),
  );
  if (found !== undefined) return found;
  throw new ListFault(
    `its columns (${Object.keys(fields).join(", ")}) are those of no list that is known: ${listFormats.join(", ")}`,
  );
}

/** What a command says of all rows. */
export type RowDefaults = Pick<SuppressionInput, "tenant" | "stream" | "reason" | "source">;

/** The entry of a row. What the command says comes before what the row says. @throws {ListFault} */
export function entryOfRow(
  format: ListFormat,
  fields: Fields,
  { source, ...given }: RowDefaults,
): SuppressionInput {
  const values = new Map(Object.entries(fields).map(([name, value]) => [plain(name), asWritten(value)]));
  const read = formats[format].read((name) => values.get(name) || undefined);
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  const entry = { source, ...stripped(read), ...Object.fromEntries(told) };
  if (entry.reason === undefined)
    throw new ListFault(
      "the file does not say why: give --reason unsubscribed, bounced, complained or manual",
    );
  return { ...entry, address: read.address ?? "" };
}

/** Without what keeps a spreadsheet from taking it for a formula. */
const asWritten = (value: string): string => value.trim().replace(/^'(?=[=+\-@])/, "");

const stripped = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>;

/** Header and lines of a reason; `undefined` if the format has no place for it. */
export function lineWriter(
  format: ListFormat,
  reason: SuppressionReason,
): { readonly header: string; readonly line: (entry: SuppressionEntry) => string } | undefined {
  const found = formats[format].write(reason);
  if (found === undefined) return undefined;
  const [header, fields] = found;
  return { header: csvLine(header), line: (entry) => csvLine(fields(entry)) };
}
