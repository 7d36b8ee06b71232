import type {
  FeedbackReceiver,
  OptionsInFile,
  ReceiveFromImapOptions,
  SqsPollerOptions,
} from "@relais/feedback";
import { unsubscribeFromEnv, verpFromEnv } from "../environment/secrets-from-env.ts";
import { ConfigurationError, type SettingsReader, settingsReader } from "../environment/settings-reader.ts";
import { configFileOf } from "./config-file.ts";
import type { References } from "./interpolate.ts";
import { type Path, type Problem, pathText } from "./problem.ts";
import type { ConfigSource, FeedbackEntry } from "./relais-config.ts";
import { validate } from "./validate.ts";

/** Who tells what became of mails, checked. */
export interface FeedbackSettings {
  /** Absent where nothing is listened for: queues and a mailbox are read. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly receivers: Readonly<Record<string, FeedbackReceiver>>;
  readonly queues: readonly Omit<SqsPollerOptions, "store">[];
  readonly mailbox?: Omit<ReceiveFromImapOptions, "store">;
  readonly mailboxEveryMs: number;
  /** What signed the links to unsubscribe. */
  readonly unsubscribe?: { readonly secret: string | readonly string[] };
}

const defaultPort = 8738;
const prefix = "RELAIS_FEEDBACK_";

/** Which option of which receiver a variable is, as the end of its name; a dot stands before a part of it. */
const receiverVariables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sns: { topics: "SNS_TOPICS" },
  sendgrid: { publicKey: "SENDGRID_PUBLIC_KEY" },
  mailgun: { signingKey: "MAILGUN_SIGNING_KEY" },
  postmark: { "auth.user": "POSTMARK_USER", "auth.pass": "POSTMARK_PASS", "auth.token": "POSTMARK_TOKEN" },
  resend: { secret: "RESEND_SECRET" },
  brevo: { "auth.user": "BREVO_USER", "auth.pass": "BREVO_PASS", "auth.token": "BREVO_TOKEN" },
};
const queueVariables = { queueUrl: "SQS_QUEUE_URL" };
const mailboxVariables = {
  host: "IMAP_HOST",
  port: "IMAP_PORT",
  "auth.user": "IMAP_USER",
  "auth.pass": "IMAP_PASS",
  mailbox: "IMAP_MAILBOX",
};

/** @throws {ConfigurationError} how to get the package */
export async function feedbackKit(): Promise<typeof import("@relais/feedback")> {
  try {
    return await import("@relais/feedback");
  } catch {
    throw new ConfigurationError([
      "Taking in what became of mails needs a package: npm install @relais/feedback",
    ]);
  }
}

/** Options that the variables give; `undefined` if none of them is set. */
function optionsIn(read: SettingsReader, variables: Readonly<Record<string, string>>): object | undefined {
  const found: Record<string, unknown> = {};
  for (const [name, end] of Object.entries(variables)) {
    const variable = `${prefix}${end}`;
    const [option = "", part] = name.split(".");
    const value = name === "port" ? read.port(variable) : read.text(variable);
    if (value === undefined) continue;
    // A list while one is being replaced: nothing of it has a comma.
    const several = /^(?:topics|publicKey|signingKey|secret)$/.test(option) && String(value).includes(",");
    if (part !== undefined) found[option] = { ...(found[option] as object | undefined), [part]: value };
    else
      found[option] = several
        ? String(value)
            .split(",")
            .map((one) => one.trim())
        : value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/**
 * What the section `feedback` says, and the variables `RELAIS_FEEDBACK_…` beside it: a receiver or a mailbox of the file
 * wins. The package `@relais/feedback` is loaded if there is something to take in.
 * @returns undefined if nothing is
 * @throws {ConfigurationError} all that is wrong, a sentence each, of a file with its line
 */
export async function loadFeedback(source: ConfigSource): Promise<FeedbackSettings | undefined> {
  const read = settingsReader(source.env ?? process.env);
  const file = configFileOf(source);
  const config =
    file === undefined && source.config === undefined
      ? undefined
      : await (await import("./load-config.ts")).loadConfig(source, ["feedback"], file);
  const entry: FeedbackEntry = config?.values.feedback ?? {};
  const port = read.port(`${prefix}PORT`) ?? entry.port;
  const host = read.text(`${prefix}HOST`) ?? entry.host ?? "127.0.0.1";
  const unsubscribe = unsubscribeFromEnv(read);
  const named = Object.entries(entry.receivers ?? {});
  const others = Object.entries(receiverVariables).flatMap(([name, variables]) => {
    const options = named.some(([one]) => one === name) ? undefined : optionsIn(read, variables);
    return options === undefined ? [] : [[name, options, variables] as const];
  });
  const queue = entry.queues === undefined ? optionsIn(read, queueVariables) : undefined;
  const box = entry.mailbox === undefined ? optionsIn(read, mailboxVariables) : undefined;
  const verp = verpFromEnv(read);
  if (read.problems.length > 0) throw new ConfigurationError(read.problems);

  const hasReceivers = named.length + others.length > 0;
  const hasQueues = queue !== undefined || (entry.queues ?? []).length > 0;
  const hasMailbox = box !== undefined || entry.mailbox !== undefined;
  const listens = hasReceivers || port !== undefined;
  if (listens && !hasReceivers && unsubscribe === undefined)
    throw new ConfigurationError([
      "There is a port for feedback and nobody to send any: name receivers in feedback.receivers of the configuration, or set RELAIS_UNSUBSCRIBE_SECRET.",
    ]);
  if (!listens && !hasQueues && !hasMailbox) return undefined;

  const { receiversInFile, queueInFile, mailboxInFile } = await feedbackKit();
  const problems: Problem[] = [...(config?.problems ?? [])];
  const receivers: Record<string, FeedbackReceiver> = {};
  const inFile = async (schema: OptionsInFile, value: unknown, path: Path): Promise<unknown> => {
    const result = await validate(schema.options, value, path, config?.references ?? new Map());
    if ("value" in result) return result.value;
    problems.push(...result.problems);
    return undefined;
  };
  const inEnv = async (
    schema: OptionsInFile,
    value: unknown,
    variables: Readonly<Record<string, string>>,
  ) => {
    const result = await validate(schema.options, value, [], new Map() as References);
    if ("value" in result) return result.value;
    for (const { path, message } of result.problems) {
      const at = pathText(path.filter((part) => typeof part === "string"));
      const end = variables[at] ?? Object.entries(variables).find(([name]) => name.startsWith(at))?.[1];
      read.problem(`${end === undefined ? prefix : `${prefix}${end}`} ${message}.`);
    }
    return undefined;
  };

  for (const [name, { use = name, options = {} }] of named) {
    const path = ["feedback", "receivers", name];
    const kind = Object.hasOwn(receiversInFile, use) ? receiversInFile[use] : undefined;
    if (kind === undefined) {
      const message = `must be one of ${Object.keys(receiversInFile).join(", ")}`;
      problems.push({ path: [...path, "use"], message });
      continue;
    }
    const checked = await inFile(kind, options, [...path, "options"]);
    if (checked !== undefined && problems.length === 0) receivers[name] = kind.create(checked);
  }
  for (const [name, options, variables] of others) {
    const kind = receiversInFile[name];
    const checked = kind && (await inEnv(kind, options, variables));
    if (kind !== undefined && checked !== undefined) receivers[name] = kind.create(checked);
  }
  const queues = await Promise.all([
    ...(entry.queues ?? []).map((one, i) => inFile(queueInFile, one, ["feedback", "queues", i])),
    ...(queue === undefined ? [] : [inEnv(queueInFile, queue, queueVariables)]),
  ]);
  const mailbox =
    box === undefined
      ? entry.mailbox && (await inFile(mailboxInFile, entry.mailbox, ["feedback", "mailbox"]))
      : await inEnv(mailboxInFile, box, mailboxVariables);
  if (config !== undefined && problems.length > 0) throw await config.errorOf(problems);
  if (read.problems.length > 0) throw new ConfigurationError(read.problems);
  return {
    ...(listens && { listen: { host, port: port ?? defaultPort } }),
    receivers,
    queues: queues as FeedbackSettings["queues"],
    ...(mailbox !== undefined && {
      mailbox: { ...(verp && { verp }), unsubscribe, ...(mailbox as ReceiveFromImapOptions) },
    }),
    mailboxEveryMs: entry.mailboxEveryMs ?? 60_000,
    ...(unsubscribe !== undefined && { unsubscribe }),
  };
}
