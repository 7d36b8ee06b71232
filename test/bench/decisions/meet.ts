import { setTimeout as sleep } from "node:timers/promises";
import { type Blackhole, blackhole, type SmtpServer, smtpServer } from "@relais/conformance";
import type { FailoverOptions, Mail, MailServer, Report, Reported } from "../peers/peer.ts";
import { type Fault, type Meaning, type Side, timeoutMs } from "./faults.ts";
import { type Judgement, judge, verdicts } from "./judge.ts";

/** A library that did not answer, or ended its process. */
export interface Unanswered {
  readonly reported: "nothing";
  readonly detail: string;
}

/** A failover, perhaps in another process. */
export interface Driven {
  send(mail: Mail): Promise<Report | Unanswered>;
  close(): Promise<void>;
}

interface Told {
  readonly subject: string;
  readonly report: Report | Unanswered;
  readonly ms: number;
}

/** What came of one mail. */
export interface MailResult {
  readonly reported: Reported | "nothing";
  readonly detail: string;
  readonly ms: number;
  readonly recipients: Readonly<
    Record<string, { readonly reported: Reported | "nothing"; readonly copies: readonly [number, number] }>
  >;
}

/** What came of one fault with one library. The verdict is the worst of its recipients. */
export interface Result extends Judgement {
  readonly fault: string;
  readonly mails: readonly MailResult[];
}

const pass = "correct-horse-battery";
/** How long an answer is waited for, in time-outs. */
export const limit = 12;
const limitMs = limit * timeoutMs;

interface Stand {
  readonly server: SmtpServer;
  readonly client: MailServer;
  close(): Promise<void>;
}

async function stand(side: Side): Promise<Stand> {
  const server = await smtpServer({
    starttls: true,
    auth: { users: { relais: pass } },
    ...side.server,
    script: side.script ?? {},
  });
  let hole: Blackhole | undefined;
  if (side.at === "blackhole") hole = await blackhole();
  if (side.at === "down") await server.down();
  return {
    server,
    client: {
      host: side.at === "no-such-host" ? "relay.invalid" : server.host,
      port: hole?.port ?? server.port,
      ca: server.ca,
      auth: { user: "relais", pass: side.pass ?? pass },
    },
    close: async () => {
      await server.close();
      await hole?.close();
    },
  };
}

const meaningOf = ({ means }: Side, address: string): Meaning => {
  if (typeof means === "string" || Array.isArray(means)) return means as Meaning;
  return (means as Readonly<Record<string, Meaning>>)[address] ?? "accepted";
};

/** Copies of a mail that a server accepted for a recipient. */
const copies = ({ accepted }: SmtpServer, subject: string, address: string): number =>
  accepted
    .filter(({ data }) => data.toString("latin1").includes(`Subject: ${subject}\r\n`))
    .flatMap(({ to }) => to)
    .filter((one) => one === address).length;

const wasAsked = ({ sessions }: SmtpServer, address: string): boolean =>
  sessions.some(({ commands }) =>
    commands.some((line) => /^RCPT/i.test(line) && line.includes(`<${address}>`)),
  );

/** Meets one fault: two servers, a failover in front of them, mails, and what the servers then hold. */
export async function meet(
  fault: Fault,
  make: (options: FailoverOptions) => Promise<Driven>,
): Promise<Result> {
  const { to = ["ann@example.net"], mails = 1, bytes } = fault;
  const sides = { primary: fault.primary, secondary: fault.secondary ?? { means: "accepted" } } as const;
  const primary = await stand(sides.primary);
  const secondary = await stand(sides.secondary);
  const failover = await make({ primary: primary.client, secondary: secondary.client, timeoutMs });
  const text = bytes === undefined ? "It is on its way.\n" : "0123456789abcde\n".repeat(bytes / 16);
  const told: Told[] = [];
  try {
    for (let n = 1; n <= mails; n++) {
      if (n > 1) await betweenMails(fault, primary.server);
      const subject = `Order ${n}`;
      const began = performance.now();
      const none: Unanswered = { reported: "nothing", detail: `no answer in ${limitMs / 1_000} s` };
      const report = await Promise.race([
        failover.send({ from: "shop@example.org", to, subject, text }),
        sleep(limitMs, none, { ref: false }),
      ]);
      told.push({ subject, report, ms: Math.round(performance.now() - began) });
    }
    await Promise.race([failover.close(), sleep(3 * timeoutMs, undefined, { ref: false })]);
    // What was written before it closed has come in then.
    await sleep(50);
    return judged(fault, sides, told, (subject, address) => ({
      copies: [copies(primary.server, subject, address), copies(secondary.server, subject, address)] as const,
      secondaryAsked: wasAsked(secondary.server, address),
    }));
  } finally {
    await primary.close();
    await secondary.close();
  }
}

async function betweenMails({ restart }: Fault, server: SmtpServer): Promise<void> {
  if (restart === true) {
    await server.down();
    await server.up();
  }
  await sleep(100);
}

function judged(
  { name, to = ["ann@example.net"] }: Fault,
  sides: { readonly primary: Side; readonly secondary: Side },
  told: readonly Told[],
  truth: (subject: string, address: string) => { copies: readonly [number, number]; secondaryAsked: boolean },
): Result {
  let worst: Judgement = { verdict: "right" };
  const mails = told.map(({ subject, report, ms }): MailResult => {
    const said = "recipients" in report ? report.recipients : undefined;
    const recipients = to.map((address) => {
      const seen = { reported: said?.[address] ?? report.reported, ...truth(subject, address) };
      const meanings = {
        primary: meaningOf(sides.primary, address),
        secondary: meaningOf(sides.secondary, address),
      };
      const judgement = judge(meanings, seen);
      if (verdicts.indexOf(judgement.verdict) > verdicts.indexOf(worst.verdict)) worst = judgement;
      return [address, { reported: seen.reported, copies: seen.copies }] as const;
    });
    return {
      reported: report.reported,
      detail: report.detail,
      ms,
      recipients: Object.fromEntries(recipients),
    };
  });
  return { fault: name, ...worst, mails };
}
