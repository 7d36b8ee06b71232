import { rows } from "@relais/http-client";
import type { ErrorRow } from "../api/errors.ts";

const hourMs = 60 * 60_000;

// Every repetition is bounded: no text makes them slow.
const key =
  /\b(?:api[ -]?(?:key|token)|server token|access token|authorization (?:grant|header))\b.{0,80}\b(?:invalid|incorrect|wrong|unknown|expired|revoked|disabled|deleted|missing|required|restricted|suspended|inactive|(?:not|n't) (?:be )?(?:valid|found|authorized|allowed|enabled|verified|permitted|exist))\b|\b(?:invalid|incorrect|wrong|unknown|expired|revoked|missing|bad)\b.{0,20}\b(?:api[ -]?(?:key|token)|server token|private key|access token|authorization (?:grant|header)|credentials)\b/i;
const credits =
  /\bcredits?\b.{0,40}\b(?:exceeded|exhausted|used up|insufficient|ran out|run out|expired|depleted|left|remaining)\b|\b(?:insufficient|not enough|enough|out of|no(?: more)?)\b.{0,20}\b(?:credits?|balance|funds)\b|\bpayment\b.{0,30}\b(?:required|failed|overdue|declined|method)\b|\b(?:subscription|plan|trial)\b.{0,40}\b(?:expired|inactive|cancell?ed|has ended|past due)\b|\bupgrade\b.{0,30}\b(?:plan|account)\b/i;
const quota =
  /\b(?:daily|hourly|weekly|monthly|per (?:hour|day|week|month))\b.{0,60}\b(?:limits?|quotas?|allowance|allotment|volume)\b|\b(?:limits?|quotas?)\b.{0,60}\b(?:daily|hourly|weekly|monthly|per (?:hour|day|week|month)|for (?:today|the day|this month))\b|\b(?:quotas?|credits?|(?:sending|send|plan|account|messages?|emails?) limits?)\b.{0,40}\b(?:exceeded|reached|used up|hit)\b|\b(?:exceeded|reached|hit|over)\b.{0,40}\b(?:quotas?|(?:sending|send|plan|account|messages?|emails?) limits?)\b/i;
const state =
  /\b(?:account|organi[sz]ation|your (?:workspace|team)|sub-?account|sub-?user|sending)\b.{0,80}\b(?:disabled|suspended|paused|blocked|frozen|locked|closed|deactivated|terminated|banned|restricted|under (?:review|validation|investigation)|pending|inactive|on probation|not (?:yet )?(?:been )?(?:activated?|active|approved|validated|verified|enabled)|(?:may|can) ?not send|not (?:allowed|authorized|permitted) to send)\b|\b(?:suspended|disabled|paused|blocked)\b.{0,30}\baccount\b|\bactivate your\b.{0,30}\baccount\b/i;

const sender =
  /(?:\b(?:sender|domain|identity|signature)\b|['"`]from['"`]|\bfrom (?:e-?mail|address|field|parameter|domain|header)\b).{0,160}\b(?:(?:not|n't) (?:yet )?(?:been )?(?:a )?(?:verified|authenticated|confirmed|validated|valid|registered|match|associated)|unverified|unauthenticated|unconfirmed|invalid)\b|\binvalid\b.{0,10}(?:\bsender\b|['"`]from['"`]|\bfrom (?:e-?mail|address|field)\b)/i;

/** A recipient whose address's form the vendor does not accept. */
export const invalidRecipient = {
  kind: "rejected",
  about: "recipient",
  form: true,
  meaning: "recipient address not valid",
} as const;

/**
 * What vendors say of a key, a sender and an account, under whatever code and status. The rows for the errors on their
 * pages come first.
 * @param source the page of the vendor that says so
 */
export function accountErrors(source: string): readonly ErrorRow[] {
  const any = { status: [400, 499], source } as const;
  return [
    { ...any, says: key, ...rows.misconfigured, meaning: "API key not accepted" },
    { ...any, says: sender, ...rows.senderRefused },
    { ...any, says: quota, ...rows.throttled, meaning: "quota used up", atLeastMs: hourMs },
    { ...any, says: credits, ...rows.misconfigured, meaning: "nothing left of the plan" },
    { ...any, says: state, ...rows.misconfigured, meaning: "the account may not send" },
  ];
}
