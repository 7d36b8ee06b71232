import {
  nth,
  once,
  type SmtpAction,
  type SmtpMoment,
  type SmtpScript,
  type SmtpServerOptions,
  type SmtpStep,
} from "@relais/conformance";
import type { FailureKind } from "@relais/core";
import { mailRows } from "../../wire/mail-rows.ts";
import type { Row } from "../../wire/row.ts";
import { sessionRows } from "../../wire/session-rows.ts";

/** The time-out that every library is given, ms. */
export const timeoutMs = 1_000;

/**
 * What a server does to a recipient: takes the mail, or a kind of docs/failure-kinds.md. Several, where either is a fair
 * reading of what the client can see.
 */
export type Meaning = FailureKind | "accepted" | readonly (FailureKind | "accepted")[];

/** One server of the chain. */
export interface Side {
  /** By recipient where they differ. */
  readonly means: Meaning | Readonly<Record<string, Meaning>>;
  readonly script?: SmtpScript;
  readonly server?: SmtpServerOptions;
  /** What the client logs in with, if it is not the right password. */
  readonly pass?: string;
  /** Where the client finds it: nowhere (`down`), behind a port that drops every SYN, or under a name without an address. */
  readonly at?: "down" | "blackhole" | "no-such-host";
}

export interface Fault {
  readonly name: string;
  readonly group: string;
  readonly primary: Side;
  /** @defaultValue takes every mail */
  readonly secondary?: Side;
  /** @defaultValue ann@example.net alone */
  readonly to?: readonly string[];
  /** Length of the text, if it matters. */
  readonly bytes?: number;
  /** How many mails are sent, one after another. @defaultValue 1 */
  readonly mails?: number;
  /** Whether the primary is stopped and started between two mails. */
  readonly restart?: true;
}

const reply = (line: string | readonly string[]) => ({ reply: line });

/**
 * Rows of the end-to-end tests that compare nothing here: without STARTTLS, the question is whether a password may go in
 * clear text, and not what follows from a failure; and the other is among the cuts at each step.
 */
const leftOut = new Set(["STARTTLS not offered", "login stalls"]);
/** A slow greeting may be waited for, too, and the first half of a refusal may be taken for one. */
const either = new Map<string, Meaning>([
  ["greeting trickles", ["transient", "accepted"]],
  ["half a 550, then dropped", ["unknown", "refused"]],
]);

const ofRow = (group: string, { name, kind, script, server, smtp, down, bytes }: Row): Fault => ({
  // A text of 6 MB takes some libraries longer to compose than a time-out here.
  name: name.replace("6 MB", "1 MB"),
  group,
  ...(bytes === undefined ? {} : { bytes: Math.min(bytes, 1_000_000) }),
  primary: {
    means: either.get(name) ?? kind,
    ...(script === undefined ? {} : { script }),
    ...(server === undefined ? {} : { server }),
    ...(down === undefined ? {} : { at: "down" }),
    ...(smtp?.auth === undefined ? {} : { pass: "wrong" }),
  },
});

const fault = (
  group: string,
  name: string,
  means: Side["means"],
  script: SmtpScript,
  more: Omit<Partial<Fault>, "primary"> & { primary?: Partial<Side> } = {},
): Fault => ({ ...more, name, group, primary: { means, script, ...more.primary } });

const session = "Connection, greeting, TLS and login";
const rows = (group: string, list: readonly Row[]): Fault[] =>
  list.filter(({ name }) => !leftOut.has(name)).map((row) => ofRow(group, row));

const beforeTheMail: readonly Fault[] = [
  ...rows(session, sessionRows),
  { name: "no address for the host", group: session, primary: { means: "transient", at: "no-such-host" } },
  { name: "no answer to the SYN", group: session, primary: { means: "transient", at: "blackhole" } },
  fault(session, "cut in the TLS handshake", "transient", { tls: { drop: true } }),
  fault(session, "silence in the TLS handshake", "transient", { tls: { stall: true } }),
  fault(session, "maintenance: 421 at the greeting, then closed", "transient", {
    greeting: { reply: "421 4.3.2 system maintenance", next: "drop" },
  }),
  fault(session, "login refused with 535 5.7.8", "misconfigured", {
    auth: reply("535 5.7.8 authentication credentials invalid"),
  }),
];

const limits = "Pauses, rates and quotas";
const pauses: readonly Fault[] = [
  fault(limits, "421 4.7.0 at MAIL with a time", ["throttled", "transient"], {
    mail: { reply: "421 4.7.0 too many messages, try again in 60 seconds", next: "drop" },
  }),
  fault(limits, "421 4.7.0 at MAIL without a time", "transient", {
    mail: { reply: "421 4.7.0 try again later, closing connection", next: "drop" },
  }),
  fault(limits, "450 4.7.1 at RCPT, rate limit with a time", ["throttled", "deferred"], {
    rcpt: reply("450 4.7.1 rate limit exceeded, retry in 30 seconds"),
  }),
  fault(limits, "421 4.7.28 unusual rate on the final dot", "throttled", {
    dot: { reply: "421 4.7.28 unusual rate of unsolicited mail", next: "drop" },
  }),
  fault(limits, "550 5.4.5 daily user sending limit exceeded", "throttled", {
    mail: reply("550 5.4.5 Daily user sending limit exceeded"),
  }),
  fault(limits, "550 5.7.1 account disabled, on the final dot", "misconfigured", {
    dot: reply("550 5.7.1 your account has been disabled from sending"),
  }),
  fault(limits, "552 5.2.2 mailbox full at RCPT", "deferred", { rcpt: reply("552 5.2.2 mailbox full") }),
  fault(limits, "452 4.2.2 mailbox full on the final dot", "deferred", {
    dot: reply("452 4.2.2 mailbox full"),
  }),
  fault(limits, "452 4.3.1 out of storage at DATA", "transient", {
    data: reply("452 4.3.1 insufficient system storage"),
  }),
];

const steps = "Silence and cuts at each step";
const cuts = {
  "silence at": { stall: true },
  "closed at": { drop: true },
  "reset at": { reset: true },
} as const;
const known = new Set([...sessionRows, ...mailRows].map(({ name }) => name));
/** What else a cut of the step is called in the rows of the end-to-end tests. */
const alsoCalled = {
  "silence at": (step: string) => `stalled at ${step}`,
  "closed at": (step: string) => `dropped at ${step}`,
  "reset at": (step: string) => `reset at ${step}`,
} as const;

const atEachStep: readonly Fault[] = (
  [
    ["ehlo", "EHLO", "transient"],
    ["auth", "AUTH", "transient"],
    ["mail", "MAIL", "transient"],
    ["rcpt", "RCPT", "transient"],
    ["data", "DATA", "transient"],
    // The client has written everything, or not: it cannot know what the server got.
    ["body", "the first byte of the body", ["transient", "unknown"]],
    ["quit", "QUIT", "accepted"],
  ] as const
).flatMap(([step, title, means]) =>
  Object.entries(cuts)
    .filter(([how]) => !known.has(alsoCalled[how as keyof typeof cuts](title)))
    .map(([how, action]): Fault => fault(steps, `${how} ${title}`, means, { [step]: action })),
);

const odd = "Slow or odd, and accepted";
const oddReplies: readonly Fault[] = [
  fault(odd, "250 to the final dot after 1.4 time-outs", ["accepted", "unknown"], {
    dot: { delayMs: 1.4 * timeoutMs },
  }),
  fault(odd, "a slow server: a fifth of the time-out at four steps", "accepted", {
    ...Object.fromEntries(
      (["greeting", "mail", "rcpt", "dot"] satisfies SmtpStep[]).map((step) => [
        step,
        { delayMs: timeoutMs / 5 },
      ]),
    ),
  }),
  fault(odd, "250, then closed", "accepted", { dot: { reply: "250 2.0.0 kept", next: "drop" } }),
  fault(odd, "250, then reset", "accepted", { dot: { reply: "250 2.0.0 kept", next: "reset" } }),
  fault(odd, "250 byte by byte", "accepted", { dot: { trickle: "250 2.0.0 kept", everyMs: 10 } }),
  fault(odd, "250 in several lines", "accepted", { dot: reply(["250 2.0.0 kept", "for ever", "and a day"]) }),
  fault(odd, "250 without a text", "accepted", { dot: { raw: "250\r\n" } }),
  fault(odd, "250 that ends with a bare line feed", "accepted", { dot: { raw: "250 2.0.0 kept\n" } }),
  fault(odd, "251 at RCPT: will forward", "accepted", {
    rcpt: reply("251 2.1.5 user not local; will forward"),
  }),
  fault(odd, "a greeting in several lines", "accepted", {
    greeting: reply(["220 mail.example ESMTP", "no unsolicited mail", "welcome"]),
  }),
  fault(odd, "a reply without a code at RCPT", "transient", { rcpt: { raw: "no idea\r\n" } }),
  fault(odd, "no such user, in several lines", "rejected", {
    rcpt: reply([
      "550 5.1.1 the account that you tried to reach does not exist",
      "5.1.1 please check",
      "5.1.1 bye",
    ]),
  }),
];

const several = "Some of three recipients";
const [ann, bob, cid] = ["ann@example.net", "bob@example.net", "cid@example.net"] as const;
const perRecipient =
  (replies: Readonly<Record<string, SmtpAction>>) =>
  ({ address = "" }: SmtpMoment) =>
    replies[address];
/** Takes one recipient a transaction. */
const oneAtATime = ({ session: { commands } }: SmtpMoment): SmtpAction | undefined => {
  const began = commands.findLastIndex((line) => /^MAIL/i.test(line));
  const before = commands.slice(began).filter((line) => /^RCPT/i.test(line)).length;
  return before > 1 ? reply("452 4.5.3 too many recipients") : undefined;
};
const partly = (
  name: string,
  means: Readonly<Record<string, Meaning>>,
  script: SmtpScript,
  secondary?: Side,
): Fault =>
  fault(several, name, means, script, {
    to: [ann, bob, cid],
    ...(secondary === undefined ? {} : { secondary }),
  });

const someRecipients: readonly Fault[] = [
  partly(
    "one does not exist",
    { [ann]: "accepted", [bob]: "rejected", [cid]: "accepted" },
    { rcpt: perRecipient({ [bob]: reply("550 5.1.1 no such user") }) },
  ),
  partly(
    "one is greylisted",
    { [ann]: "accepted", [bob]: "deferred", [cid]: "accepted" },
    { rcpt: perRecipient({ [bob]: reply("451 4.7.1 greylisted, come back later") }) },
  ),
  partly(
    "one is refused by a policy",
    { [ann]: "accepted", [bob]: "refused", [cid]: "accepted" },
    { rcpt: perRecipient({ [bob]: reply("550 5.7.1 blocked by policy") }) },
  ),
  partly(
    "one does not exist, one is greylisted",
    { [ann]: "accepted", [bob]: "rejected", [cid]: "deferred" },
    {
      rcpt: perRecipient({
        [bob]: reply("550 5.1.1 no such user"),
        [cid]: reply("451 4.7.1 greylisted, come back later"),
      }),
    },
  ),
  partly(
    "all refused, each for a reason of its own",
    { [ann]: "rejected", [bob]: "deferred", [cid]: "refused" },
    {
      rcpt: perRecipient({
        [ann]: reply("550 5.1.1 no such user"),
        [bob]: reply("451 4.7.1 greylisted, come back later"),
        [cid]: reply("550 5.7.1 blocked by policy"),
      }),
    },
  ),
  partly(
    "one does not exist, then 554 spam on the final dot",
    { [ann]: "refused", [bob]: "rejected", [cid]: "refused" },
    {
      rcpt: perRecipient({ [bob]: reply("550 5.1.1 no such user") }),
      dot: reply("554 5.7.1 looks like spam"),
    },
  ),
  partly(
    "one does not exist, then the answer is lost",
    { [ann]: "unknown", [bob]: "rejected", [cid]: "unknown" },
    { rcpt: perRecipient({ [bob]: reply("550 5.1.1 no such user") }), dot: { reset: true } },
  ),
  ...(
    [
      ["silence at DATA", "transient", { data: { stall: true } }],
      ["closed at DATA", "transient", { data: { drop: true } }],
      ["silence after the final dot", "unknown", { dot: { stall: true } }],
      ["451 on the final dot", "transient", { dot: reply("451 4.3.0 try later") }],
    ] as const
  ).map(([how, kind, script]) =>
    partly(
      `one does not exist, then ${how}`,
      { [ann]: kind, [bob]: "rejected", [cid]: kind },
      { rcpt: perRecipient({ [bob]: reply("550 5.1.1 no such user") }), ...script },
    ),
  ),
  partly(
    "452 too many recipients: one a transaction, then the first answer is lost",
    { [ann]: "unknown", [bob]: ["accepted", "transient"], [cid]: ["accepted", "transient"] },
    { rcpt: oneAtATime, dot: once({ reset: true }) },
  ),
  partly(
    "452 too many recipients: one a transaction",
    { [ann]: "accepted", [bob]: ["accepted", "transient"], [cid]: ["accepted", "transient"] },
    { rcpt: oneAtATime },
  ),
  partly(
    "452 too many recipients on the final dot, then closed",
    Object.fromEntries([ann, bob, cid].map((one) => [one, ["transient", "accepted"]] as const)),
    { dot: once(reply("452 4.5.3 too many recipients")), mail: nth(2, { drop: true }) },
  ),
  partly(
    "one is greylisted at the first server, and does not exist at the second",
    { [ann]: "accepted", [bob]: "deferred", [cid]: "accepted" },
    { rcpt: perRecipient({ [bob]: reply("451 4.7.1 greylisted, come back later") }) },
    {
      means: { [ann]: "accepted", [bob]: "rejected", [cid]: "accepted" },
      script: { rcpt: perRecipient({ [bob]: reply("550 5.1.1 no such user") }) },
    },
  ),
];

const kept = "Connections that are kept, two mails";
const two = { mails: 2 } as const;
const keptConnections: readonly Fault[] = [
  {
    name: "the server restarts between them",
    group: kept,
    mails: 2,
    restart: true,
    primary: { means: "accepted" },
  },
  fault(
    kept,
    "421 to the idle connection, then closed",
    "accepted",
    { idle: { delayMs: 20, next: { reply: "421 4.4.2 idle for too long", next: "drop" } } },
    two,
  ),
  fault(
    kept,
    "421 to the second MAIL, then closed",
    "accepted",
    { mail: nth(2, { reply: "421 4.4.2 idle for too long", next: "drop" }) },
    two,
  ),
  fault(kept, "closed at the second MAIL", "accepted", { mail: nth(2, { drop: true }) }, two),
  fault(kept, "silence at RSET", "accepted", { rset: { stall: true } }, two),
  fault(kept, "closed at RSET", "accepted", { rset: { drop: true } }, two),
  fault(kept, "421 at RSET", "accepted", { rset: { reply: "421 4.3.2 closing", next: "drop" } }, two),
  fault(kept, "the second answer is lost", ["accepted", "unknown"], { dot: nth(2, { reset: true }) }, two),
];

const both = "Both servers misbehave";
const second = (means: Meaning, script: SmtpScript, more: Partial<Side> = {}) => ({
  secondary: { means, script, ...more },
});
const bothSides: readonly Fault[] = [
  fault(
    both,
    "connection refused by both",
    "transient",
    {},
    {
      primary: { at: "down" },
      ...second("transient", {}, { at: "down" }),
    },
  ),
  fault(
    both,
    "greylisted by both",
    "deferred",
    { rcpt: reply("451 4.7.1 greylisted, come back later") },
    second("deferred", { rcpt: reply("451 4.7.1 greylisted, come back later") }),
  ),
  fault(
    both,
    "spam says the one, and the other",
    "refused",
    { dot: reply("554 5.7.1 looks like spam") },
    second("refused", { dot: reply("554 5.7.1 looks like spam") }),
  ),
  fault(
    both,
    "spam says the one, no such user the other",
    "refused",
    { dot: reply("554 5.7.1 looks like spam") },
    second("rejected", { rcpt: reply("550 5.1.1 no such user") }),
  ),
  fault(
    both,
    "login refused by the one, quota of the other used up",
    "misconfigured",
    { auth: reply("535 5.7.8 authentication credentials invalid") },
    second("throttled", { mail: reply("454 Throttling failure: Daily message quota exceeded.") }),
  ),
  fault(
    both,
    "silence at both",
    "transient",
    { mail: { stall: true } },
    second("transient", { mail: { stall: true } }),
  ),
  fault(
    both,
    "connection refused by the one, answer lost at the other",
    "transient",
    {},
    {
      primary: { at: "down" },
      ...second("unknown", { dot: { reset: true } }),
    },
  ),
  fault(
    both,
    "connection refused by the one, silence after the dot at the other",
    "transient",
    {},
    {
      primary: { at: "down" },
      ...second("unknown", { dot: { stall: true } }),
    },
  ),
  fault(
    both,
    "connection refused by the one, the other busy at first",
    "transient",
    {},
    {
      primary: { at: "down" },
      ...second(["transient", "accepted"], { mail: once({ reply: "421 4.3.2 busy", next: "drop" }) }),
    },
  ),
  fault(
    both,
    "busy at first, and the other refuses connections",
    ["transient", "accepted"],
    { mail: once({ reply: "421 4.3.2 busy", next: "drop" }) },
    second("transient", {}, { at: "down" }),
  ),
  fault(
    both,
    "answer lost at the one, the other refuses connections",
    "unknown",
    { dot: { reset: true } },
    second("transient", {}, { at: "down" }),
  ),
];

/** The rows of the comparison. */
export const faults: readonly Fault[] = [
  ...beforeTheMail,
  ...rows("From MAIL to the answer to the final dot", mailRows),
  ...pauses,
  ...atEachStep,
  ...oddReplies,
  ...someRecipients,
  ...keptConnections,
  ...bothSides,
];
