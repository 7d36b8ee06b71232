import PostalMime, { type Address } from "postal-mime";
import { headerLines, type KeptMail } from "../development/mail-folder.ts";

/** A file of a mail. */
export interface MailFile {
  readonly filename: string;
  readonly contentType: string;
  /** Content-ID without angle brackets; `""` if there is none. */
  readonly cid: string;
  readonly content: Buffer;
}

/** A mail as its reader would have it. */
export interface ReadMail {
  readonly kept: KeptMail;
  readonly source: Buffer;
  /** Names and values, as they stand in the mail but unfolded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The first of a name; `""` if there is none. */
  header(name: string): string;
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly replyTo: string;
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly files: readonly MailFile[];
}

function shown(...addresses: readonly (Address | undefined)[]): string {
  const each = addresses.flatMap((one) => (one === undefined ? [] : (one.group ?? [one])));
  return each.map(({ name, address }) => (name ? `${name} <${address ?? ""}>` : (address ?? ""))).join(", ");
}

/** Reads a mail. One that cannot be read as MIME is shown by its source alone. */
export async function readMail(kept: KeptMail, source: Buffer): Promise<ReadMail> {
  const headers = headerLines(source).map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
  });
  const mail = await PostalMime.parse(source, { forceRfc822Attachments: true }).catch(() => undefined);
  const files = (mail?.attachments ?? []).map(({ filename, mimeType, contentId, content }, i) => ({
    filename: filename || `part-${i + 1}`,
    contentType: mimeType,
    cid: contentId?.replaceAll(/[<>\s]/g, "") ?? "",
    content: typeof content === "string" ? Buffer.from(content) : Buffer.from(content as ArrayBuffer),
  }));
  return {
    kept,
    source,
    headers,
    header: (name) => headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1] ?? "",
    from: shown(mail?.from),
    to: shown(...(mail?.to ?? [])),
    cc: shown(...(mail?.cc ?? [])),
    replyTo: shown(...(mail?.replyTo ?? [])),
    subject: kept.subject,
    text: mail?.text,
    html: mail?.html,
    files,
  };
}
