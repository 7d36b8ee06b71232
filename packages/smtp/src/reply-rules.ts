import type { FailureKind } from "@relais/core/spi";
import type { Phase } from "./phase.ts";
import type { Phrase } from "./phrases.ts";

/** One row of the table that turns a server's 4xx or 5xx reply into a kind. What is absent fits everything. */
export interface ReplyRule {
  readonly phases?: readonly Phase[];
  /** Reply codes: `"421"`, or `"4xx"` for a class. */
  readonly codes: readonly string[];
  /** Subject and detail of the enhanced code (RFC 3463) without its class: `"1.1"`, or `"7.*"`; `"none"` if absent. */
  readonly enhanced?: readonly string[];
  /** Needs a wording of this meaning: see `phrases`. */
  readonly phrase?: Phrase["means"];
  readonly kind: FailureKind;
  /** Another try here is pointless although the kind allows it. */
  readonly again?: false;
  /** In a few words, for people. */
  readonly because: string;
}

// The class of the reply code decides between for now and for good (RFC 5321, 4.2.1), the enhanced code says whose
// doing it is (RFC 3463, 3.1: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy).
const before: readonly ReplyRule[] = [
  {
    codes: ["4xx", "5xx"],
    phrase: "daily-quota",
    kind: "throttled",
    because: "enough for today, says the provider",
  },
  { codes: ["4xx"], phrase: "too-fast", kind: "throttled", because: "too fast, says the provider" },
  { codes: ["4xx"], enhanced: ["7.28"], kind: "throttled", because: "unusual rate (Gmail)" },
  { codes: ["530", "534", "535", "538"], kind: "misconfigured", because: "the login is missing or refused" },
  {
    codes: ["432"],
    phases: ["auth"],
    kind: "misconfigured",
    because: "the password must be changed first (RFC 4954, 6)",
  },
  {
    codes: ["5xx"],
    enhanced: ["7.8"],
    kind: "misconfigured",
    because: "the credentials are refused (RFC 4954)",
  },
  { codes: ["421"], kind: "transient", because: "the server closes for now (RFC 5321, 4.2.3)" },
  { codes: ["454"], kind: "transient", because: "TLS or login not available for now (RFC 3207, RFC 4954)" },
  {
    codes: ["5xx"],
    phases: ["greeting"],
    kind: "transient",
    again: false,
    because: "the server takes no mail, or none from us",
  },
  {
    codes: ["5xx"],
    phases: ["ehlo"],
    kind: "misconfigured",
    because: "our name or address is not welcome, or STARTTLS is required and absent",
  },
  { codes: ["5xx"], phases: ["starttls"], kind: "misconfigured", because: "STARTTLS is required and absent" },
  { codes: ["5xx"], phases: ["auth"], kind: "misconfigured", because: "the login is refused" },
  { codes: ["4xx"], phases: ["greeting", "ehlo", "starttls", "auth"], kind: "transient", because: "not now" },
  { codes: ["503"], kind: "transient", because: "the session is out of step; a new one may do" },
];

const recipient: readonly ReplyRule[] = [
  { codes: ["4xx"], phrase: "greylisted", kind: "deferred", because: "greylisted" },
  {
    codes: ["4xx"],
    enhanced: ["5.3"],
    kind: "transient",
    because: "too many recipients at once: the rest may follow (RFC 5321, 4.5.3.1.10)",
  },
  {
    codes: ["4xx"],
    enhanced: ["none"],
    phrase: "too-many-recipients",
    kind: "transient",
    because: "too many recipients at once",
  },
  {
    codes: ["4xx"],
    enhanced: ["1.*", "2.*", "7.*"],
    kind: "deferred",
    because: "mailbox full or busy, greylisted, or not known yet",
  },
  { codes: ["450", "451"], enhanced: ["none"], kind: "deferred", because: "mailbox busy, or greylisted" },
  { codes: ["4xx"], enhanced: ["none"], phrase: "mailbox-full", kind: "deferred", because: "mailbox full" },
  {
    codes: ["5xx"],
    enhanced: ["1.7", "1.8"],
    kind: "refused",
    because: "the sender's address, told at RCPT",
  },
  {
    codes: ["5xx"],
    enhanced: ["1.1", "1.2", "1.3", "1.6", "1.10", "2.1"],
    kind: "rejected",
    because: "no such mailbox or domain, or it is closed",
  },
  {
    codes: ["5xx"],
    enhanced: ["2.2"],
    kind: "deferred",
    because: "mailbox full: the recipient's doing, and it passes",
  },
  {
    codes: ["5xx"],
    enhanced: ["none", "1.0", "0.0"],
    phrase: "sender",
    kind: "refused",
    because: "the sender's address, told at RCPT",
  },
  {
    codes: ["5xx"],
    enhanced: ["none", "1.0", "0.0", "4.1"],
    phrase: "no-such-user",
    kind: "rejected",
    because: "no such user",
  },
  {
    codes: ["5xx"],
    enhanced: ["none"],
    phrase: "mailbox-full",
    kind: "deferred",
    because: "mailbox full: the recipient's doing, and it passes",
  },
];

/** The table, in order: the first row that fits a reply decides. The last two fit every refusal. */
export const replyRules: readonly ReplyRule[] = Object.freeze([
  ...before,
  ...recipient.map((rule): ReplyRule => ({ ...rule, phases: ["rcpt"] })),
  {
    codes: ["4xx"],
    phases: ["mail", "data", "dot"],
    phrase: "greylisted",
    kind: "deferred",
    because: "greylisted",
  },
  { codes: ["4xx"], phases: ["dot"], enhanced: ["2.*"], kind: "deferred", because: "mailbox full or busy" },
  { codes: ["4xx"], kind: "transient", because: "not now" },
  { codes: ["5xx"], kind: "refused", because: "this provider will not take this message" },
]);
