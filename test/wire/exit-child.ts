// A process that sends, closes its chain (or does not, with "left open"), and has nothing else to do. exit.test.ts starts
// it and looks how it ends.
import {
  type Chain,
  createChain,
  type Delivery,
  link,
  type Provider,
  type RelaisEvent,
  rateLimit,
  retry,
  standardPolicies,
  timeout,
} from "@relais/core";
import { resend } from "@relais/http";
import { relaisTransport } from "@relais/nodemailer";
import { ses } from "@relais/ses";
import { smtp } from "@relais/smtp";
import nodemailer from "nodemailer";
import { sendEmail } from "relais";
import { chainTo, type FarEnds, mail, secretAccessKey } from "./far-ends.ts";

const [, , scenario = "", farEnds = "{}", end = "closed"] = process.argv;
const ends: FarEnds & { readonly http: string } = JSON.parse(farEnds);

const say = (value: unknown): void => console.log(JSON.stringify(value));
const tell = (delivery: Delivery): void =>
  say(delivery.success ? delivery.provider : `${delivery.status}: ${delivery.kind}`);
const lasting = retry({ attempts: 2, baseMs: 60_000, capMs: 60_000, random: () => 0.9 });
const server = (): Provider => {
  const { host, port, ca } = ends.smtp;
  return smtp({ host, port, tls: { ca } });
};

async function aborted(chain: Chain, afterMs: number): Promise<Chain> {
  tell(await chain.send(mail, { signal: AbortSignal.timeout(afterMs) }));
  return chain;
}

async function abortedAfterHandOver(): Promise<Chain> {
  const caller = new AbortController();
  const onHandOver = ({ type }: RelaisEvent): void => {
    if (type === "hand-over") setTimeout(() => caller.abort(), 50);
  };
  const chain = chainTo(ends, { timeoutMs: 60_000, chain: { observers: [onHandOver] } });
  tell(await chain.send(mail, { signal: caller.signal }));
  return chain;
}

/** Never answers, and holds nothing open that would keep the process alive. */
const silent: Provider = { id: "SILENT", send: () => new Promise(() => undefined) };

/** Sends twice, the second time over the connection that was kept. */
async function sendTwice(provider: Provider): Promise<Chain> {
  const chain = createChain([
    link(provider, ...standardPolicies(), rateLimit({ perSecond: 100, perDay: 1_000 })),
  ]);
  tell(await chain.send(mail));
  tell(await chain.send(mail));
  return chain;
}

const scenarios: Readonly<Record<string, () => Promise<Chain | undefined>>> = {
  smtp: () => sendTwice(server()),
  "smtp through nodemailer": async () => {
    const chain = await sendTwice(server());
    await nodemailer.createTransport(relaisTransport(chain)).sendMail(mail);
    return chain;
  },
  ses: () => {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey };
    return sendTwice(ses({ region: "eu-west-1", endpoint: ends.ses.endpoint, credentials }));
  },
  http: () => sendTwice(resend({ apiKey: "re_123", endpoint: ends.http })),
  sendEmail: async () => {
    const { host, port } = ends.smtp;
    Object.assign(process.env, { SMTP_HOST: host, SMTP_PORT: String(port), SMTP_IGNORE_TLS: "true" });
    say((await sendEmail(mail)).status);
    return undefined;
  },
  both: async () => {
    const chain = chainTo(ends);
    tell(await chain.send(mail));
    tell(await chain.send({ ...mail, to: "busy@example.net" }));
    return chain;
  },
  aborted: () => aborted(chainTo(ends, { timeoutMs: 60_000 }), 300),
  "aborted after the hand-over": abortedAfterHandOver,
  "open breaker": async () => {
    const chain = chainTo(ends);
    for (let i = 0; i < 3; i++) tell(await chain.send(mail));
    return chain;
  },
  "cancelled retry": () => aborted(createChain([link(server(), lasting)]), 300),
  "closed twice": async () => {
    const chain = chainTo(ends);
    tell(await chain.send(mail));
    void chain.close();
    return chain;
  },
  "retry sleep": async () => {
    const chain = createChain([link(server(), retry({ attempts: 2, baseMs: 300, random: () => 0.99 }))]);
    tell(await chain.send(mail));
    return chain;
  },
  "wait for a throttled provider": async () => {
    let calls = 0;
    const send: Provider["send"] = async ({ messageId }, { envelope }) => {
      calls += 1;
      const said = { provider: "LATER", reason: "slow down", retryAfterMs: 300 } as const;
      if (calls === 1) return { success: false, kind: "throttled", ...said };
      return { success: true, provider: "LATER", messageId, accepted: envelope.to, rejected: [] };
    };
    const chain = createChain([{ id: "LATER", send }], { policies: [] });
    tell(await chain.send(mail));
    return chain;
  },
  "time-out of an attempt": async () => {
    const chain = createChain([link(silent, timeout({ ms: 300 }))]);
    tell(await chain.send(mail));
    return chain;
  },
  deadline: async () => {
    const chain = createChain([silent], { policies: [], deadlineMs: 300 });
    tell(await chain.send(mail));
    return chain;
  },
};

const chain = await scenarios[scenario]?.();
say(Date.now());
if (end === "closed") await chain?.close();
