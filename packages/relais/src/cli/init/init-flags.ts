import { type Command, InvalidArgumentError, Option } from "commander";
import { httpApis } from "../../config/http-apis.ts";
import type { ExitCode } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import type { InitFlags } from "./init-command.ts";
import { formats, type ProviderName, providers } from "./initial-config.ts";

const isProvider = (name: string): name is ProviderName => providers.some((one) => one === name);

function order(value: string): readonly ProviderName[] {
  const names = value.split(",").map((name) => name.trim());
  if (!names.every(isProvider) || new Set(names).size < names.length) {
    throw new InvalidArgumentError(`It must be some of ${providers.join(", ")}, each once.`);
  }
  return names;
}

function port(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 65535.");
  }
  return Number(value);
}

const help = `
Asks for what the flags do not say. Secrets are never written: the file refers to the environment.

Examples:
  relais init
  relais init --smtp-host smtp.example.com --ses-region eu-west-1 --from shop@example.com --yes`;

/** `relais init` */
export function initCommandOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  program
    .command("init")
    .description("write a configuration, after a few questions")
    .option("--order <list>", "by what mails go out, in order: smtp,ses,http", order)
    .option("--smtp-host <name>", "the SMTP server")
    .option("--smtp-port <port>", "its port (default: 587)", port)
    .option("--no-smtp-login", "it wants no login")
    .option("--ses-region <region>", "the region of SES")
    .addOption(new Option("--api <name>", "an HTTP API").choices(Object.keys(httpApis)))
    .option("--from <address>", "the sender of mails that name none")
    .addOption(
      new Option("--format <format>", "what the file is written in (default: yaml)").choices([...formats]),
    )
    .option("--yes", "ask nothing")
    .option("--force", "write over a file that is there")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (flags: InitFlags) => {
      const { smtpLogin, ...rest } = flags;
      const said = smtpLogin === false ? { ...rest, smtpLogin } : rest;
      done(await (await import("./init-command.ts")).initCommand(said, shell));
    });
}
