import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type HttpApiName, httpApis } from "../config/parse-dsn.ts";
import type { Entry, RelaisConfig } from "../config/relais-config.ts";

export const formats = ["yaml", "json", "ts", "js"] as const;
export type Format = (typeof formats)[number];
/** What a chain can begin with. */
export const providers = ["smtp", "ses", "http"] as const;
export type ProviderName = (typeof providers)[number];

/** What the questions, or the flags, say. */
export interface Answers {
  /** In the order of the chain. */
  readonly order: readonly ProviderName[];
  readonly smtpHost?: string;
  readonly smtpPort?: number;
  /** Whether the server wants a login. */
  readonly smtpLogin?: boolean;
  readonly sesRegion?: string;
  readonly api?: HttpApiName;
  readonly from?: string;
}

/** A variable of the environment that the configuration refers to. */
export interface Variable {
  readonly name: string;
  readonly what: string;
}

/** A configuration with references in the place of secrets, and the variables that they refer to. */
export function initialConfig({ order, from, ...answers }: Answers): {
  readonly config: RelaisConfig;
  readonly variables: readonly Variable[];
} {
  const parts = order.map((provider) => partOf[provider](answers));
  return {
    config: { chain: parts.map(({ entry }) => entry), ...(from !== undefined && { from }) },
    variables: parts.flatMap(({ variables }) => variables),
  };
}

/** What a configuration writes in the place of a value of the environment. */
const reference = (name: string): string => `\${${name}}`;

interface Part {
  readonly entry: Entry;
  readonly variables: readonly Variable[];
}

const partOf: Readonly<Record<ProviderName, (answers: Omit<Answers, "order">) => Part>> = {
  smtp: ({ smtpHost: host = "localhost", smtpPort: port = 587, smtpLogin = true }) => ({
    entry: {
      use: "smtp",
      id: "SMTP",
      options: {
        host,
        port,
        ...(smtpLogin && { auth: { user: reference("SMTP_USER"), pass: reference("SMTP_PASS") } }),
      },
    },
    variables: smtpLogin
      ? [
          { name: "SMTP_USER", what: "the login of the SMTP server" },
          { name: "SMTP_PASS", what: "its password" },
        ]
      : [],
  }),
  // SES finds its credentials by itself where the machine has a role.
  ses: ({ sesRegion: region = "eu-west-1" }) => ({
    entry: { use: "ses", id: "SES", options: { region }, rateLimit: "fromProvider" },
    variables: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => ({
      name,
      what: "unless the machine has a role",
    })),
  }),
  http: ({ api = "resend" }) => {
    const id = api.toUpperCase();
    const key = `${id}_API_KEY`;
    const isMailgun = api === "mailgun";
    const domain = isMailgun && { domain: reference("MAILGUN_DOMAIN") };
    return {
      entry: { use: "http", id, options: { api, [httpApis[api]]: reference(key), ...domain } },
      variables: [
        { name: key, what: `the key of ${api}` },
        ...(isMailgun ? [{ name: "MAILGUN_DOMAIN", what: "the domain at Mailgun" }] : []),
      ],
    };
  },
};

/** A configuration as the text of a file. */
export async function configText(config: RelaisConfig, format: Format): Promise<string> {
  const schema = "./node_modules/relais/relais.schema.json";
  if (format === "json") return `${JSON.stringify({ $schema: schema, ...config }, null, 2)}\n`;
  if (format === "yaml") {
    const { stringify } = await import("yaml");
    return `# yaml-language-server: $schema=${schema}\n${stringify(config)}`;
  }
  // Types alone come from the package, so that the file can be read wherever the command is installed.
  const text = JSON.stringify(config, null, 2);
  return format === "ts"
    ? `import type { RelaisConfig } from "relais";\n\nexport default ${text} satisfies RelaisConfig;\n`
    : `/** @type {import("relais").RelaisConfig} */\nexport default ${text};\n`;
}

/** What a configuration of this format is called. Where modules are not the rule, its name says that it is one. */
export function configFileName(format: Format, folder: string): string {
  const isModule = format === "ts" || format === "js";
  return `relais.config.${isModule && packageType(folder) !== "module" ? "m" : ""}${format}`;
}

/** The `type` of the package that a folder belongs to, as Node.js looks for it. */
function packageType(folder: string): unknown {
  for (let current = resolve(folder); basename(current) !== "node_modules"; current = dirname(current)) {
    try {
      return (JSON.parse(readFileSync(join(current, "package.json"), "utf8")) as { type?: unknown }).type;
    } catch {
      if (dirname(current) === current) return undefined;
    }
  }
  return undefined;
}
