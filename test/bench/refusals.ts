// How often is the decision right whether a refusal ends the matter for its recipient ("stop": rejected, nobody else
// will know them either) or not ("go": another provider or a later time may)? Measured by public collections of
// refusals that are on this machine already; nothing is fetched, and none of them is kept here.
//
//   npm run bench:refusals -- FOLDER [--wrong] [--half 0|1]
//
// FOLDER holds checkouts, looked for at any depth:
// - p5-sisimai (BSD-2-Clause): sample bounces (set-of-emails/maildir/bsd/*.eml) with the reasons its tests expect of
//   each (t/*.t), and the replies that its modules for single hosts and for reasons know (lib/Sisimai/{Rhost,Reason})
// - zone-mta (EUPL): the replies in the comments of config/bounces.txt, each before the rule that it is an example of
//
// A refusal's fate is decided by the reason that the collection gives it. Reasons of which honest people can say either
// (a mailbox that is suspended, a filter of the recipient's own) are counted apart. --half takes one half of each
// collection, by a hash of the text, so that phrases can be written by one and tried on the other.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { explainReply, type Phase } from "@relais/smtp";

type Fate = "stop" | "go";
interface Sample {
  readonly from: string;
  readonly reply: string;
  readonly phase: Phase;
  readonly reason: string;
  readonly fate: Fate | undefined;
}

const stops = new Set(["userunknown", "hostunknown", "hasmoved"]);
const either = new Set(
  "filtered suspend suspended notaccept onhold undefined mailererror syntaxerror feedback delivered vacation".split(
    " ",
  ),
);
/** A 4xx is never the end of the matter (RFC 5321, 4.2.1), whatever it is about. */
const fateOf = (reason: string, reply: string): Fate | undefined => {
  if (reply.startsWith("4")) return "go";
  return stops.has(reason) ? "stop" : either.has(reason) ? undefined : "go";
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { wrong: { type: "boolean", default: false }, half: { type: "string" } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("give the folder that holds the collections");
const find = (pattern: string): string[] => globSync(`${folder}/**/${pattern}`).sort();
const read = (file: string): string => readFileSync(file, "latin1");

/** The phase that a bounce says a reply was the answer to. */
function phaseOf(text: string): Phase {
  if (/end of DATA|DATA_EOM|end of message|after end of data/i.test(text)) return "dot";
  if (/reply to (?:the )?MAIL|MAIL FROM(?: command)?\)|>>> MAIL/i.test(text)) return "mail";
  return "rcpt";
}

/** The replies that a bounce quotes: one for each recipient, where it says so. */
function quoted(mail: string): string[] {
  const whole = mail.replace(/\r\n/g, "\n").replace(/\n[ \t]+/g, " ");
  const [report = whole] = whole.split(
    /\n-{3,}.{0,40}(?:copy of the message|Original message|Below this line).*\n/i,
  );
  const codes = [...report.matchAll(/^Diagnostic-Code: *(?:smtp|x-[\w-]+) *; *(.*)$/gim)].map(
    ([, text = ""]) => text,
  );
  const replies = codes.flatMap((text) => /(?:^|said: |response: )([45]\d\d[ -].*)$/i.exec(text)?.[1] ?? []);
  if (replies.length > 0) return replies;
  const told =
    /(?:said|says|replied|response|answered|error|reason|<<<|\]|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}):? +([45]\d\d[ -][^\n]{3,400})/i;
  return [...report.matchAll(new RegExp(told, "gi"))].slice(-1).map(([, text = ""]) => text);
}

function* mails(): Generator<Sample> {
  const tables = new Map(find("t/*.t").map((file) => [basename(file, ".t").replace(/^\d+-/, ""), file]));
  for (const file of find("set-of-emails/maildir/bsd/*.eml")) {
    const [, group = "", nth = ""] = /^(.*)-(\d+)\.eml$/.exec(basename(file)) ?? [];
    const table = tables.get(group);
    if (table === undefined) continue;
    const row =
      new RegExp(`^\\s*'${nth}'\\s*=>\\s*\\[((?:\\s*\\[[^\\]]*\\],?)+)\\s*\\]`, "m").exec(read(table))?.[1] ??
      "";
    const reasons = [...row.matchAll(/\['[^']*',\s*'[^']*',\s*'(\w+)'/g)].map(([, reason = ""]) => reason);
    const mail = read(file);
    const replies = quoted(mail);
    if (replies.length !== reasons.length) continue;
    for (const [i, reply] of replies.entries()) {
      const reason = reasons[i] ?? "";
      yield { from: "mails", reply, phase: phaseOf(reply), reason, fate: fateOf(reason, reply) };
    }
  }
}

/** `'reason' => [ … ]` blocks of a Perl table. */
function* blocks(source: string): Generator<readonly [reason: string, body: string]> {
  for (const [, reason = "", body = ""] of source.matchAll(
    /^\s{8}["'](\w+)["']\s*=>\s*\[\n([\s\S]*?)^\s{8}\],/gm,
  )) {
    yield [reason, body.replace(/^\s*#.*$/gm, "")];
  }
}

function* hosts(): Generator<Sample> {
  for (const file of find("lib/Sisimai/Rhost/*.pm")) {
    for (const [reason, body] of blocks(read(file))) {
      const add = (reply: string): Sample => ({
        from: "hosts",
        reply,
        phase: "rcpt",
        reason,
        fate: fateOf(reason, reply),
      });
      for (const [, code, enhanced, , text] of body.matchAll(/\['(\d{3})',\s*'([\d.]*)',\s*(['"])(.*?)\3\]/g))
        yield add(`${code} ${enhanced} ${text}`);
      for (const [, enhanced = "", least, , text] of body.matchAll(
        /\['([45]\.[\d.]*)',\s*(\d+),\s*\d+,\s*(['"])(.*?)\3\]/g,
      ))
        yield add(
          `${enhanced[0] === "5" ? 550 : 451} ${enhanced}${enhanced.endsWith(".") ? least : ""} ${text}`,
        );
    }
  }
}

function* words(): Generator<Sample> {
  for (const file of find("lib/Sisimai/Reason/*.pm")) {
    const reason = basename(file, ".pm").toLowerCase();
    const index = /state \$index\s*=\s*\[([\s\S]*?)\n\s*\];/.exec(read(file))?.[1] ?? "";
    for (const [, , text = ""] of index.replace(/^\s*#.*$/gm, "").matchAll(/(['"])(.*?)\1\s*,/g)) {
      if (text.length < 8) continue;
      yield { from: "words", reply: `550 ${text}`, phase: "rcpt", reason, fate: fateOf(reason, "550") };
    }
  }
}

function* zone(): Generator<Sample> {
  for (const file of find("config/bounces.txt")) {
    let examples: string[] = [];
    for (const line of read(file).split("\n")) {
      const example = /^# *([45]\d\d[ -].{8,})$/.exec(line)?.[1];
      if (example !== undefined) examples.push(example);
      else if (line === "") examples = [];
      else if (!line.startsWith("#")) {
        const [action = "", category = ""] = line.split(",").slice(-3);
        const reason = `${category}, ${action}`;
        const fate: Fate = category === "recipient" && action === "reject" ? "stop" : "go";
        for (const reply of examples) yield { from: "zone-mta", reply, phase: "rcpt", reason, fate };
        examples = [];
      }
    }
  }
}

const half = ({ reply }: Sample): string => String((createHash("sha256").update(reply).digest()[0] ?? 0) & 1);
const seen = new Set<string>();
const all = [...mails(), ...hosts(), ...words(), ...zone()].filter((one) => {
  const key = `${one.from} ${one.reply}`;
  if (seen.has(key) || (values.half !== undefined && half(one) !== values.half)) return false;
  seen.add(key);
  return true;
});

const collections = [...new Set(all.map(({ from }) => from))];
let right = 0;
let judged = 0;
for (const from of collections) {
  const count = { right: 0, judged: 0, either: 0, tooSoon: 0, tooLong: 0 };
  for (const { reply, phase, reason, fate } of all.filter((one) => one.from === from)) {
    const meaning = explainReply(reply, phase);
    if (meaning === undefined || fate === undefined) {
      count.either += 1;
      continue;
    }
    const said: Fate = meaning.kind === "rejected" ? "stop" : "go";
    count.judged += 1;
    if (said === fate) count.right += 1;
    else {
      if (said === "stop") count.tooSoon += 1;
      else count.tooLong += 1;
      if (values.wrong)
        console.log(`${from} | ${reason} | ${phase} | ${meaning.kind} | ${reply.slice(0, 220)}`);
    }
  }
  right += count.right;
  judged += count.judged;
  const share = ((100 * count.right) / count.judged).toFixed(1);
  console.log(
    `${from}: ${count.right} of ${count.judged} right (${share} %), ${count.tooSoon} stopped that should go on, ` +
      `${count.tooLong} went on that should stop; ${count.either} could be either`,
  );
}
console.log(`all: ${right} of ${judged} right (${((100 * right) / judged).toFixed(1)} %)`);
