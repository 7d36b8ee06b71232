import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { configNames } from "../../config/config-file.ts";
import { type HttpApiName, httpApis } from "../../config/parse-dsn.ts";
import { ConfigurationError } from "../../environment/settings-reader.ts";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";
import { wholeNumber } from "../flags.ts";
import {
  type Answers,
  configFileName,
  configText,
  type Format,
  formats,
  initialConfig,
  type ProviderName,
  providers,
} from "../initial-config.ts";

const help = `
Asks for what the flags do not say. Secrets are never written: the file refers to the environment.

Examples:
  relais init
  relais init --smtp-host smtp.example.com --ses-region eu-west-1 --from shop@example.com --yes`;

/** `relais init`: writes a configuration with references in the place of secrets, and proves that it can be read. */
export const initCommand: AddCommand = (program, context, action) => {
  program
    .command("init")
    .description("write a configuration, after a few questions")
    .option("--order <list>", "the providers, in order: smtp,ses,http", providerList)
    .option("--smtp-host <name>", "the SMTP server")
    .option("--smtp-port <port>", "its port (default: 587)", wholeNumber(1, 65_535))
    .option("--no-smtp-login", "it wants no login")
    .option("--ses-region <region>", "the region of SES")
    .addOption(new Option("--api <name>", "an HTTP API").choices(Object.keys(httpApis)))
    .option("--from <address>", "the sender of messages that name none")
    .addOption(
      new Option("--format <format>", "what the file is written in (default: yaml)").choices([...formats]),
    )
    .option("--yes", "ask nothing")
    .option("--force", "write over a file that is there")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(action((flags: InitFlags) => init(flags, context)));
};

interface InitFlags extends PartialAnswers {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

type PartialAnswers = Partial<Answers> & { readonly format?: Format };
type AllAnswers = Answers & { readonly format: Format };
type Terminal = NonNullable<CliContext["terminal"]>;

function providerList(value: string): readonly ProviderName[] {
  const names = value.split(",").map((name) => name.trim());
  const isProvider = (name: string): name is ProviderName => providers.some((one) => one === name);
  if (names.every(isProvider) && new Set(names).size === names.length) return names;
  throw new InvalidArgumentError(`It must be some of ${providers.join(", ")}, each once.`);
}

async function init(flags: InitFlags, context: CliContext): Promise<ExitCode> {
  const { terminal, cwd } = context;
  const refuse = (sentence: string): ExitCode => printProblems(context, flags, [sentence]);
  const existing = configNames.find((name) => existsSync(join(cwd, name)));
  if (existing !== undefined && !flags.force)
    return refuse(`${join(cwd, existing)} is there already; --force writes over it.`);
  const preset = answersIn(flags);
  const answers =
    !flags.yes && canAsk(terminal)
      ? await ask(preset, terminal)
      : preset.order && { ...preset, order: preset.order, format: preset.format ?? "yaml" };
  if (answers === undefined)
    return refuse("Without a terminal give --smtp-host, --ses-region or --api, one at least.");
  const fileName = configFileName(answers.format, cwd);
  if (existing !== undefined && existing !== fileName)
    return refuse(`${join(cwd, existing)} is there and would be read in its place.`);

  const { config, variables } = initialConfig(answers);
  // Checked before it is written, with words in the place of what the environment will hold.
  const env = Object.fromEntries(variables.map(({ name }) => [name, "example.com"]));
  const { loadChain } = await import("../../config/load-chain.ts");
  await (await loadChain({ config, env, cwd })).close();
  const file = join(cwd, fileName);
  try {
    writeFileSync(file, await configText(config, answers.format), { flag: flags.force ? "w" : "wx" });
  } catch (error) {
    return refuse(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`);
  }
  await (await loadChain({ file, env })).close();
  if (flags.json) context.out(JSON.stringify({ file, variables }));
  else {
    context.out(`${file} is written. It takes from the environment:`);
    for (const { name, what } of variables) context.out(`  ${name}=…  # ${what}`);
    context.out("Then: relais check");
  }
  return exitCodes.ok;
}

/** What the flags say: a flag of a provider also says that it is one of the chain. */
function answersIn(flags: InitFlags): PartialAnswers {
  const { yes: _yes, force: _force, json: _json, smtpLogin, ...rest } = flags;
  const named: Readonly<Record<ProviderName, unknown>> = {
    smtp: flags.smtpHost,
    ses: flags.sesRegion,
    http: flags.api,
  };
  const implied = providers.filter((provider) => named[provider] !== undefined);
  const order = flags.order ?? (implied.length === 0 ? undefined : implied);
  return {
    ...rest,
    ...(order !== undefined && { order }),
    // `true` is what commander says where the flag --no-smtp-login is absent.
    ...(smtpLogin === false && { smtpLogin }),
  };
}

/** Standard error may be a terminal where standard input is none. */
function canAsk(terminal: Terminal | undefined): terminal is Terminal {
  return terminal !== undefined && (terminal.input as { readonly isTTY?: boolean }).isTTY === true;
}

const providerLabels: Readonly<Record<ProviderName, string>> = {
  smtp: "an SMTP server",
  ses: "AWS SES",
  http: `an HTTP API (${Object.keys(httpApis).join(", ")})`,
};

/** Asks on the terminal for what the flags do not say. @throws {ConfigurationError} Ctrl-C at a question */
async function ask(preset: PartialAnswers, terminal: Terminal): Promise<AllAnswers> {
  const { confirm, isCancel, multiselect, select, text } = await import("@clack/prompts");
  const answered = async <T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> => {
    const answer = await prompt;
    if (isCancel(answer)) throw new ConfigurationError(["Nothing was written."]);
    return answer as Exclude<T, symbol>;
  };
  const line = async (
    message: string,
    initialValue: string,
    validate: (value: string | undefined) => string | undefined,
  ) => (await answered(text({ message, initialValue, validate, ...terminal })))?.trim() ?? "";
  const choose = <T extends string>(message: string, options: readonly { value: T; label: string }[]) =>
    answered(select<string>({ message, options: [...options], ...terminal })) as Promise<T>;

  const order =
    preset.order ??
    (await answered(
      multiselect<ProviderName>({
        message: "Which providers send your messages? The first is tried first.",
        options: providers.map((value) => ({ value, label: providerLabels[value] })),
        initialValues: ["smtp", "ses"],
        required: true,
        ...terminal,
      }),
    ));
  const smtp = order.includes("smtp") && {
    smtpHost: preset.smtpHost ?? (await line("The SMTP server's name", "smtp.example.com", hostFault)),
    smtpPort: preset.smtpPort ?? Number(await line("Its port", "587", portFault)),
    smtpLogin:
      preset.smtpLogin ??
      (await answered(confirm({ message: "Does it want a login?", initialValue: true, ...terminal }))),
  };
  const ses = order.includes("ses") && {
    sesRegion: preset.sesRegion ?? (await line("The region of SES", "eu-west-1", missingFault)),
  };
  const apis = (Object.keys(httpApis) as HttpApiName[]).map((value) => ({ value, label: value }));
  const http = order.includes("http") && { api: preset.api ?? (await choose("Which API?", apis)) };
  const from =
    preset.from ?? (await line("The sender of mails that name none (may be left empty)", "", senderFault));
  const files = formats.map((value) => ({ value, label: `relais.config.${value}` }));
  const format = preset.format ?? (await choose("The configuration as", files));
  return { order, ...smtp, ...ses, ...http, ...(from && { from }), format };
}

type Text = string | undefined;
const missingFault = (value: Text): Text => (value?.trim() ? undefined : "It is needed.");
// A host name that is not accepted is shown, and a URL may hold a password.
const hostFault = (value: Text): Text =>
  /[/@\s]/.test(value?.trim() ?? "")
    ? "A host name or an IP address, with nothing before or behind it."
    : missingFault(value);
const senderFault = (value: Text): Text =>
  !value?.trim() || /.@./.test(value) ? undefined : "An address, as in shop@example.com.";
const portFault = (value: Text): Text =>
  /^\d+$/.test(value ?? "") && Number(value) >= 1 && Number(value) <= 65535
    ? undefined
    : "A port is a whole number from 1 to 65535.";
