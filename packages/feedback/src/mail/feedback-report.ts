import { reportedAddress } from "./delivery-status.ts";
import { type Field, fieldOf, fieldsOf, type Report } from "./report.ts";

/** What a recipient had to say (RFC 5965), by way of the provider of its mailbox. */
export interface Complaint {
  /** `undefined`: what says nothing of what the recipient wants. */
  readonly type: "complained" | "unsubscribed" | undefined;
  /** `abuse`, `opt-out`: the report's own word. */
  readonly word: string;
  readonly recipients: readonly string[];
  readonly original: readonly Field[];
  /** The return path of the mail, where the report has it. */
  readonly mailFrom: string | undefined;
  /** Ms since 1970. */
  readonly at: number | undefined;
}

/** The registered types (RFC 5965, 7.3) of which the recipient knows; RFC 6591 and RFC 6430 have those that it does not. */
const ignored = new Set(["not-spam", "auth-failure", "miscategorized", "dmarc"]);

const addressesOf = (fields: readonly Field[], ...names: readonly string[]): string[] =>
  fields.filter(({ name }) => names.includes(name)).flatMap(({ value }) => reportedAddress(value) ?? []);

/** A complaint, if the mail is one. */
export function readComplaint({ feedback, original, text, header }: Report): Complaint | undefined {
  // Outlook.com's own form, which has the complained mail and nothing else.
  const ofOutlook = fieldOf(original, "x-hmxmroriginalrecipient");
  if (feedback === "" && ofOutlook === undefined) return undefined;
  const fields = fieldsOf(feedback);
  const word = (fieldOf(fields, "feedback-type") ?? "abuse").toLowerCase().split(/[\s;(]/, 1)[0] ?? "";
  const named = [
    ...addressesOf(fields, "original-rcpt-to", "removal-recipient"),
    ...(reportedAddress(ofOutlook) === undefined ? [] : [reportedAddress(ofOutlook) as string]),
  ];
  const to = addressesOf(original, "delivered-to", "x-original-to", "to").slice(0, 1);
  const at = Date.parse(fieldOf(fields, "arrival-date", "received-date") ?? fieldOf(header, "date") ?? "");
  return {
    type: ignored.has(word) ? undefined : word.startsWith("opt-out") ? "unsubscribed" : "complained",
    word,
    recipients: [...new Set(named.length > 0 ? named : to)],
    original: original.length > 0 ? original : fieldsOf(text),
    mailFrom: reportedAddress(fieldOf(fields, "original-mail-from") ?? fieldOf(original, "return-path")),
    at: Number.isNaN(at) ? undefined : at,
  };
}
