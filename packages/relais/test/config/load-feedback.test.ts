import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  brevoSender,
  mailgunSender,
  postmarkSender,
  resendSender,
  sendgridSender,
} from "@relais/conformance";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadFeedback } from "../../src/config/load-feedback.ts";
import type { Settings } from "../environment/settings.ts";

const hidden = "hunter2-hunter2";
const topic = "arn:aws:sns:eu-west-1:123456789012:mail-events";
let cwd: string;
/** Without a file. */
let empty: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "relais-feedback-"));
  empty = mkdtempSync(join(tmpdir(), "relais-feedback-"));
});
afterAll(() => {
  for (const folder of [cwd, empty]) rmSync(folder, { recursive: true });
});

function load(yaml: string, env: Settings = {}) {
  const file = join(cwd, "relais.config.yaml");
  writeFileSync(file, yaml);
  return loadFeedback({ file, env });
}

const senders = {
  sendgrid: sendgridSender(),
  mailgun: mailgunSender(),
  postmark: postmarkSender(),
  resend: resendSender(),
  brevo: brevoSender(),
};

/** The options of a sender, as the variables that the reference names. */
const variables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sendgrid: { publicKey: "PUBLIC_KEY" },
  mailgun: { signingKey: "SIGNING_KEY" },
  postmark: { user: "USER", pass: "PASS", token: "TOKEN" },
  resend: { secret: "SECRET" },
  brevo: { user: "USER", pass: "PASS", token: "TOKEN" },
};

function inEnv(name: string, options: object): Settings {
  const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
  const { auth, ...others } = options as { auth?: unknown };
  const all: [string, unknown][] = Object.entries({ ...others, ...(first(auth) as object | undefined) });
  const set = all.flatMap(([option, value]) => {
    const end = variables[name]?.[option];
    return end === undefined ? [] : [[`RELAIS_FEEDBACK_${name.toUpperCase()}_${end}`, String(first(value))]];
  });
  return Object.fromEntries(set);
}

describe("what a vendor sends is taken", () => {
  const names = Object.keys(senders) as (keyof typeof senders)[];
  const events = [
    {
      type: "bounced",
      bounce: "hard",
      recipient: "ann@example.net",
      providerMessageId: "m-1",
      at: Date.now(),
    },
  ] as const;

  test.each(names)("by a receiver of the environment, and of a file with references: %s", async (name) => {
    const { options } = senders[name];
    const env = inEnv(name, options);
    const fromEnv = await loadFeedback({ cwd: empty, env });
    expect(fromEnv?.listen).toEqual({ host: "127.0.0.1", port: 8738 });
    const own = Object.entries(env).map(([variable]) => variable);
    expect(own.length).toBeGreaterThan(0);
    const written: Record<string, unknown> = {};
    for (const variable of own) {
      const end = variable.replace(`RELAIS_FEEDBACK_${name.toUpperCase()}_`, "");
      const [option = ""] = Object.entries(variables[name] ?? {}).find(([, one]) => one === end) ?? [];
      const reference = `\${${variable}}`;
      if (["user", "pass", "token"].includes(option))
        written.auth = { ...(written.auth as object | undefined), [option]: reference };
      else written[option] = reference;
    }
    const receivers = { other: { use: name, options: written } };
    const fromFile = await load(JSON.stringify({ feedback: { receivers, port: 0, host: "0.0.0.0" } }), env);
    expect(fromFile?.listen).toEqual({ host: "0.0.0.0", port: 0 });
    for (const one of [fromEnv?.receivers[name], fromFile?.receivers.other]) {
      expect(one?.source).toBe(senders[name].source);
      for (const request of senders[name].requests(events)) {
        const reception = await one?.receive(request);
        expect(reception?.events).toMatchObject([{ type: "bounced", recipient: "ann@example.net" }]);
      }
    }
  });
});

test("a receiver of the file wins; SNS' topics may be several; a queue, a mailbox and links need no port", async () => {
  const both = await loadFeedback({
    cwd: empty,
    env: { RELAIS_FEEDBACK_SNS_TOPICS: `${topic}, ${topic}-2`, RELAIS_FEEDBACK_PORT: "9000" },
  });
  expect(Object.keys(both?.receivers ?? {})).toEqual(["sns"]);
  expect(both?.listen?.port).toBe(9000);
  const file = await load(
    JSON.stringify({
      feedback: {
        receivers: { sns: { options: { topics: [topic] } } },
        queues: [{ queueUrl: "https://sqs.eu-west-1.amazonaws.com/1/q", provider: "AWS" }],
        mailbox: {
          host: "imap.example.org",
          auth: { user: "u", pass: { file: join(cwd, "pass") } },
          secure: "on",
        },
        mailboxEveryMs: "5000",
      },
    }),
    { RELAIS_FEEDBACK_SNS_TOPICS: "nonsense" },
  ).catch((error: Error) => error.message);
  expect(file).toContain(`feedback.mailbox.auth.pass: names the file`);
  writeFileSync(join(cwd, "pass"), hidden);
  const read = await load(
    JSON.stringify({
      feedback: {
        mailbox: {
          host: "imap.example.org",
          auth: { user: "u", pass: { file: join(cwd, "pass") } },
          secure: "on",
        },
        mailboxEveryMs: "5000",
      },
    }),
    { RELAIS_BOUNCE_ADDRESS: "b@example.org", RELAIS_BOUNCE_SECRET: "a secret of some length" },
  );
  expect(read).toMatchObject({
    mailboxEveryMs: 5000,
    mailbox: { secure: true, auth: { pass: hidden }, verp: { address: "b@example.org" } },
  });
  expect(read?.listen).toBeUndefined();
  const queue = await loadFeedback({
    cwd: empty,
    env: { RELAIS_FEEDBACK_SQS_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/1/q" },
  });
  expect(queue?.queues).toEqual([{ queueUrl: "https://sqs.eu-west-1.amazonaws.com/1/q" }]);
  expect(queue?.listen).toBeUndefined();
});

test.each([
  ["", {}],
  ["outbox: { connections: 3 }", { RELAIS_UNSUBSCRIBE_SECRET: "a secret of some length" }],
  ["feedback: { suppression: { softBounces: 2 } }", {}],
])("nothing is taken in by %j", async (yaml, env) => {
  expect(await load(yaml, env)).toBeUndefined();
});

test.each<[string, Settings, string[]]>([
  [
    `feedback:
  receivers:
    ses: { use: sns, options: { topics: mail-events } }
    sendgird: {}
    mailgun:
      options: { key: ${hidden} }
  queues: [{ url: x }]
`,
    {},
    [
      'line 3: feedback.receivers.ses.options.topics: must be the ARN of an SNS topic, got "mail-events"',
      "line 4: feedback.receivers.sendgird.use: must be one of sns, sendgrid, mailgun, postmark, resend, brevo; did you mean sendgrid?",
      'line 6: feedback.receivers.mailgun.options: "key" is not an option',
      "line 6: feedback.receivers.mailgun.options.signingKey: is missing",
      'line 7: feedback.queues[0]: "url" is not an option',
      "line 7: feedback.queues[0].queueUrl: is missing",
    ],
  ],
  [
    "feedback:\n  receivers:\n    resend:\n      options: { secret: '${RESEND_SECRET}' }\n",
    {},
    [
      "line 4: feedback.receivers.resend.options.secret: names the environment variable RESEND_SECRET, which is not set",
    ],
  ],
  ["feedback:\n  prot: 1\n", {}, ['line 2: feedback: "prot" is not an option; did you mean port?']],
  ["feedback: { port: 70000 }", {}, ["line 1: feedback.port: must be at most 65535"]],
  ["", { RELAIS_FEEDBACK_PORT: "8738" }, ["There is a port for feedback and nobody to send any"]],
  ["", { RELAIS_FEEDBACK_PORT: "http" }, ["RELAIS_FEEDBACK_PORT must be a whole number from 1 to 65535."]],
  [
    "",
    { RELAIS_FEEDBACK_SNS_TOPICS: "x" },
    ['RELAIS_FEEDBACK_SNS_TOPICS must be the ARN of an SNS topic, got "x".'],
  ],
  [
    "",
    { RELAIS_FEEDBACK_SNS_TOPICS: `${topic},x` },
    ['RELAIS_FEEDBACK_SNS_TOPICS must be the ARN of an SNS topic, got "x".'],
  ],
  ["", { RELAIS_FEEDBACK_POSTMARK_USER: "u" }, ["RELAIS_FEEDBACK_POSTMARK_PASS is missing."]],
  [
    "",
    { RELAIS_FEEDBACK_IMAP_HOST: "h", RELAIS_FEEDBACK_IMAP_USER: "u" },
    ["RELAIS_FEEDBACK_IMAP_PASS is missing."],
  ],
  ["", { RELAIS_FEEDBACK_IMAP_HOST: "h" }, ["RELAIS_FEEDBACK_IMAP_USER is missing."]],
  [
    "",
    { RELAIS_FEEDBACK_MAILGUN_SIGNING_KEY: "short" },
    ["RELAIS_FEEDBACK_MAILGUN_SIGNING_KEY must be 8 to 512 ASCII"],
  ],
])("a mistake is told with its line, or its variable: %j %j", async (yaml, env, sentences) => {
  const error = (await load(yaml, env).catch((one: unknown) => one)) as { problems?: readonly string[] };
  const { problems = [] } = error;
  for (const sentence of sentences) expect(problems.join("\n")).toContain(sentence);
  expect(problems).toHaveLength(sentences.length);
  expect(problems.join()).not.toContain(hidden);
});
