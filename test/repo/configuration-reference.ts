import { httpApis } from "../../packages/relais/src/config/parse-dsn.ts";
import { configJsonSchema } from "../../packages/relais/test/config/config-json-schema.ts";
import { type DocField, docFields } from "./doc-comments.ts";
import { boundsAt, described, isNeededAt, type Place, type Schema, typeAt } from "./schema-fields.ts";

const cell = (text: string): string =>
  text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").replaceAll("<", "&lt;");
const code = (text: string): string =>
  text === "" ? "" : `\`${text.replaceAll("|", "\\|").replaceAll("`", "")}\``;

/** A table of the reference: whose fields, and where they stand in a file. */
interface Part extends Place {
  readonly title: string;
  readonly says?: string;
  /** Fields that stand in code only. */
  readonly without?: readonly string[];
}

const relais = "packages/relais/src/config/relais-config.ts";
const development = "packages/relais/src/development/plugins.ts";
const http = "packages/http/src";
const common = [`${http}/api/options.ts`, "ownFields"] as const;
const connection = ["packages/http-client/src/options.ts", "connectionFields"] as const;
const api = (name: string): Part => ({
  title: `http, ${name}`,
  path: "chain[].options",
  api: name,
  says: `\`use: http\` with \`api: ${name}\`, from the package \`@relais/http\`.`,
  sources: [[`${http}/vendors/${name}.ts`, "fields"], common, connection],
  without: ["id"],
});

const feedback = "packages/feedback/src";
const commonFeedback = [`${feedback}/receiver/authentic.ts`, "commonFields"] as const;
const receiver = (name: string, ...without: readonly string[]): Part => ({
  title: `feedback: ${name}`,
  path: "feedback.receivers.<name>.options",
  says: `\`use: ${name}\`, from the package \`@relais/feedback\`.`,
  sources: [[`${feedback}/sources/${name}.ts`, `${name}Fields`], commonFeedback],
  without,
});

/** All that a configuration file can hold, in the order of the page. */
export const parts: readonly Part[] = [
  {
    title: "The file",
    path: "",
    sources: [
      [relais, "RelaisConfig"],
      [relais, "ChainRules"],
    ],
  },
  { title: "outbox", path: "outbox", sources: [[relais, "OutboxEntry"]] },
  { title: "outbox: table", path: "outbox.table", sources: [[relais, "TableEntry"]] },
  {
    title: "outbox: columns of the table",
    path: "outbox.table.columns",
    sources: [["packages/outbox/src/table/mapping.ts", "TableColumns"]],
  },
  {
    title: "outbox: words of the table",
    path: "outbox.table.statuses",
    sources: [["packages/outbox/src/table/mapping.ts", "TableStatuses"]],
  },
  { title: "feedback", path: "feedback", sources: [[relais, "FeedbackEntry"]] },
  { title: "feedback: a receiver", path: "feedback.receivers.<name>", sources: [[relais, "ReceiverEntry"]] },
  receiver("sns", "fetch"),
  receiver("sendgrid"),
  receiver("mailgun", "replays"),
  receiver("postmark"),
  receiver("resend"),
  receiver("brevo"),
  ...(["basicFields", "bearerFields"] as const).map((name) => ({
    title: `feedback: ${name === "basicFields" ? "auth by login" : "auth by token"}`,
    path: "feedback.receivers.<name>.options.auth",
    sources: [[`${feedback}/receiver/authentic.ts`, name]] as const,
  })),
  {
    title: "feedback: a queue",
    path: "feedback.queues[]",
    sources: [[`${feedback}/sqs-poller.ts`, "queueFields"], commonFeedback],
  },
  {
    title: "feedback: mailbox",
    path: "feedback.mailbox",
    sources: [
      [`${feedback}/imap/receive-from-imap.ts`, "mailboxFields"],
      [`${feedback}/mail/receive-mail.ts`, "receiveMailFields"],
    ],
    without: ["unsubscribe"],
  },
  {
    title: "feedback: auth of the mailbox",
    path: "feedback.mailbox.auth",
    sources: [[`${feedback}/imap/receive-from-imap.ts`, "loginFields"]],
  },
  {
    title: "feedback: verp of the mailbox",
    path: "feedback.mailbox.verp",
    sources: [[`${feedback}/mail/receive-mail.ts`, "verpFields"]],
  },
  { title: "feedback: suppression", path: "feedback.suppression", sources: [[relais, "SuppressionEntry"]] },
  {
    title: "feedback: expiry of suppressions",
    path: "feedback.suppression.expiresMs",
    sources: [[relais, "SuppressionExpiry"]],
  },
  { title: "A provider of a chain", path: "chain[]", sources: [[relais, "ProviderEntry"]] },
  { title: "A chain within a chain", path: "chain[]", sources: [[relais, "ChainEntry"]] },
  {
    title: "retry",
    path: "chain[].retry",
    sources: [["packages/core/src/policies/retry.ts", "RetryOptions"]],
    without: ["random"],
  },
  {
    title: "breaker",
    path: "chain[].breaker",
    sources: [["packages/core/src/policies/circuit-breaker.ts", "BreakerOptions"]],
  },
  {
    title: "rateLimit",
    path: "chain[].rateLimit",
    sources: [["packages/core/src/policies/rate-limit.ts", "RateLimitOptions"]],
  },
  {
    title: "concurrency",
    path: "chain[].concurrency",
    sources: [["packages/core/src/policies/concurrency.ts", "ConcurrencyOptions"]],
  },
  {
    title: "smtp",
    path: "chain[].options",
    says: "`use: smtp`.",
    sources: [["packages/smtp/src/options/options.ts", "smtpFields"]],
    without: ["id"],
  },
  {
    title: "smtp: auth",
    path: "chain[].options.auth",
    sources: [["packages/smtp/src/options/auth-options.ts", "passwordFields"]],
  },
  {
    title: "smtp: auth with OAuth2",
    path: "chain[].options.auth",
    sources: [["packages/smtp/src/options/auth-options.ts", "oauth2Fields"]],
    without: ["provideToken"],
  },
  {
    title: "smtp: pool",
    path: "chain[].options.pool",
    sources: [["packages/smtp/src/options/options.ts", "poolFields"]],
  },
  {
    title: "smtp: verp",
    path: "chain[].options.verp",
    sources: [["packages/smtp/src/options/options.ts", "verpFields"]],
  },
  {
    title: "smtp: dkim",
    path: "chain[].options.dkim",
    sources: [["packages/smtp/src/options/dkim-options.ts", "dkimFields"]],
  },
  {
    title: "smtp: verp",
    path: "chain[].options.verp",
    sources: [["packages/smtp/src/options/options.ts", "verpFields"]],
  },
  {
    title: "ses",
    path: "chain[].options",
    says: "`use: ses`.",
    sources: [["packages/ses/src/options.ts", "sesFields"], connection],
    without: ["id"],
  },
  {
    title: "ses: credentials",
    path: "chain[].options.credentials",
    sources: [["packages/ses/src/options.ts", "credentialsFields"]],
    without: ["expiration"],
  },
  ...Object.keys(httpApis).map(api),
  {
    title: "log",
    path: "chain[].options",
    says: "`use: log`, for development: a line on standard error for each mail, which is delivered to nobody.",
    sources: [
      [development, "LogOptions"],
      [development, "DevelopmentOptions"],
    ],
  },
  {
    title: "capture",
    path: "chain[].options",
    says: "`use: capture`, for development: mails are kept in a folder, which `relais preview` shows.",
    sources: [
      [development, "CaptureFolderOptions"],
      [development, "DevelopmentOptions"],
    ],
  },
];

/** The fields of a part that a file can hold. */
export function fieldsOf({ sources, without = [] }: Part): DocField[] {
  const fields = sources.flatMap(([file, name]) => docFields(file, name));
  return fields.filter(({ name }) => !without.includes(name));
}

const objects =
  /\b(?:InFile<\w+>|(?:RateLimit|Outbox|Feedback|Suppression)Entry|SuppressionExpiry|Overrides)|Readonly<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>/g;

/** A type as a file can hold it. */
const typeInFile = (type: string): string =>
  type
    .replaceAll(objects, "object")
    .replaceAll(/ \| (?:\(\(\) =>|AnyPlugin).*$/g, "")
    .replaceAll(/readonly (\w+)\[\]/g, (_, item: string) => (item === "string" ? "list of strings" : "list"));

function table(part: Part, schema: Schema): string {
  const rows = fieldsOf(part).map(({ name, optional, type, text, standard }) => {
    const bounds = boundsAt(schema, part, name);
    return [
      code(name) + ((type === "" ? !isNeededAt(schema, part, name) : optional) ? "" : " (required)"),
      cell(text),
      code(type === "" ? typeAt(schema, part, name) : typeInFile(type)) +
        (bounds === "" ? "" : `, ${bounds}`),
      cell(standard),
    ];
  });
  const head = ["field", "meaning", "type", "default"];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** The JSON Schema of the file, with the doc comments as descriptions. */
export async function describedJsonSchema(): Promise<Schema> {
  return described(await configJsonSchema(), parts, (part, field) => {
    const found = fieldsOf({ ...part, without: [] }).find(({ name }) => name === field);
    if (found === undefined || found.text === "") return undefined;
    return found.standard === "" ? found.text : `${found.text} Default: ${found.standard}.`;
  });
}

/** docs/configuration-reference.md, out of the sources' own doc comments and the JSON Schema's bounds. */
export async function configurationReference(): Promise<string> {
  const schema = await configJsonSchema();
  const sections = parts.map((part) => {
    const where = part.path === "" ? "" : `Path: \`${part.path}\`. `;
    return `## ${part.title}\n\n${`${where}${part.says ?? ""}`.trim()}\n\n${table(part, schema)}\n`.replace(
      /\n{3,}/g,
      "\n\n",
    );
  });
  return `# Configuration reference

Every field that a configuration file can hold. [Configuration](configuration.md) shows how they go together. Any value
may be a reference: \`\${NAME}\`, \`\${NAME:-default}\`, or \`{ file: /path }\` for a mounted secret. Names that end in \`Ms\`
are milliseconds. This page is written out of the code by \`npm run api\`.

${sections.join("\n")}`;
}
