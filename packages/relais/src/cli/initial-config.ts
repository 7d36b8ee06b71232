import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type HttpApiName, httpApis } from "../config/parse-dsn.ts";
import type { Entry, RelaisConfig } from "../config/relais-config.ts";

export const formats = ["yaml", "json", "ts", "js"] as const;
export type Format = (typeof formats)[number];
/** What a chain can begin with. */
export const providers = ["smtp", "ses", "http"] as const;
export type ProviderName = (typeof providers)[number];

/** What was answered, or said in flags. */
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

/** What a configuration writes in the place of a value of the environment. */
const reference = (name: string): string => `\${${name}}`;

function entryOf(provider: ProviderName, answers: Answers): Entry {
  const {
    smtpHost = "localhost",
    smtpPort = 587,
    smtpLogin = true,
    sesRegion = "eu-west-1",
    api = "resend",
  } = answers;
  if (provider === "smtp") {
    const auth = { user: reference("SMTP_USER"), pass: reference("SMTP_PASS") };
    return {
      use: "smtp",
      id: "SMTP",
      options: { host: smtpHost, port: smtpPort, ...(smtpLogin ? { auth } : {}) },
    };
  }
  if (provider === "ses")
    return { use: "ses", id: "SES", options: { region: sesRegion }, rateLimit: "fromProvider" };
  const domain = api === "mailgun" ? { domain: reference("MAILGUN_DOMAIN") } : {};
  return {
    use: "http",
    id: api.toUpperCase(),
    options: { api, [httpApis[api]]: reference(`${api.toUpperCase()}_API_KEY`), ...domain },
  };
}

/** A configuration with references in the place of secrets. */
export function initialConfig(answers: Answers): RelaisConfig {
  const { order, from } = answers;
  return {
    chain: order.map((provider) => entryOf(provider, answers)),
    ...(from === undefined ? {} : { from }),
  };
}

/** What must be in the environment for it. SES finds its credentials by itself where the machine has a role. */
export function variablesOf({ order, smtpLogin = true, api = "resend" }: Answers): Variable[] {
  const smtp = smtpLogin
    ? [
        { name: "SMTP_USER", what: "the login of the SMTP server" },
        { name: "SMTP_PASS", what: "its password" },
      ]
    : [];
  const ses = [
    { name: "AWS_ACCESS_KEY_ID", what: "unless the machine has a role" },
    { name: "AWS_SECRET_ACCESS_KEY", what: "unless the machine has a role" },
  ];
  const http = [
    { name: `${api.toUpperCase()}_API_KEY`, what: `the key of ${api}` },
    ...(api === "mailgun" ? [{ name: "MAILGUN_DOMAIN", what: "the domain at Mailgun" }] : []),
  ];
  return order.flatMap((provider) => ({ smtp, ses, http })[provider]);
}

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

/** The `type` of the package that a folder belongs to, as node looks for it. */
function packageType(folder: string): unknown {
  for (let at = resolve(folder); basename(at) !== "node_modules"; at = dirname(at)) {
    try {
      return (JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as { type?: unknown }).type;
    } catch {
      if (dirname(at) === at) return undefined;
    }
  }
  return undefined;
}

/** What a configuration of this format is called. Where modules are not the rule, its name says that it is one. */
export function configFileName(format: Format, folder: string): string {
  const code = format === "ts" || format === "js";
  return `relais.config.${code && packageType(folder) !== "module" ? "m" : ""}${format}`;
}
