import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configNames } from "../../config/find-config.ts";
import type { HttpApiName } from "../../config/http-apis.ts";
import { loadChain } from "../../config/load-chain.ts";
import { complain } from "../complain.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import { ask, Cancelled, type Given } from "./ask.ts";
import { fileNameOf } from "./file-name.ts";
import {
  type Answers,
  configText,
  type Format,
  initialConfig,
  type ProviderName,
  variablesOf,
} from "./initial-config.ts";

/** The flags of `relais init`. */
export interface InitFlags {
  readonly order?: readonly ProviderName[];
  readonly smtpHost?: string;
  readonly smtpPort?: number;
  readonly smtpLogin?: boolean;
  readonly sesRegion?: string;
  readonly api?: HttpApiName;
  readonly from?: string;
  readonly format?: Format;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What flags say about the order, outspoken or not. */
function orderOf({ order, smtpHost, sesRegion, api }: InitFlags): readonly ProviderName[] | undefined {
  if (order !== undefined) return order;
  const said: ProviderName[] = [
    ...(smtpHost === undefined ? [] : (["smtp"] as const)),
    ...(sesRegion === undefined ? [] : (["ses"] as const)),
    ...(api === undefined ? [] : (["http"] as const)),
  ];
  return said.length === 0 ? undefined : said;
}

function givenBy(flags: InitFlags): Given {
  const { smtpHost, smtpPort, smtpLogin, sesRegion, api, from, format } = flags;
  const given = { order: orderOf(flags), smtpHost, smtpPort, smtpLogin, sesRegion, api, from, format };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Whether somebody can be asked: standard error may be a terminal where standard input is none. */
function answersCome(terminal: Shell["terminal"]): terminal is NonNullable<Shell["terminal"]> {
  return terminal !== undefined && (terminal.input as { readonly isTTY?: boolean }).isTTY === true;
}

/** `relais init`: writes a configuration with references in the place of secrets, and proves that it can be read. */
export async function initCommand(flags: InitFlags, shell: Shell): Promise<ExitCode> {
  const { terminal, cwd } = shell;
  const there = configNames.find((name) => existsSync(join(cwd, name)));
  if (there !== undefined && !flags.force) {
    return complain(shell, flags, exitCodes.usage, [
      `${join(cwd, there)} is there already; --force writes over it.`,
    ]);
  }
  const given = givenBy(flags);
  let answers: Answers & { readonly format: Format };
  try {
    if (flags.yes || !answersCome(terminal)) {
      if (given.order === undefined) {
        const sentence = "Without a terminal give --smtp-host, --ses-region or --api, one at least.";
        return complain(shell, flags, exitCodes.usage, [sentence]);
      }
      answers = { ...given, order: given.order, format: given.format ?? "yaml" };
    } else answers = await ask(given, terminal);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    return complain(shell, flags, exitCodes.usage, ["Nothing was written."]);
  }
  const name = fileNameOf(answers.format, cwd);
  if (there !== undefined && there !== name) {
    return complain(shell, flags, exitCodes.usage, [
      `${join(cwd, there)} is there and would be read in its place.`,
    ]);
  }
  const config = initialConfig(answers);
  const variables = variablesOf(answers);
  // Checked before it is written, with words in the place of what the environment will hold.
  const env = Object.fromEntries(variables.map(({ name }) => [name, "example.com"]));
  await (await loadChain({ config, env, cwd })).close();
  const file = join(cwd, name);
  try {
    writeFileSync(file, await configText(config, answers.format), { flag: flags.force ? "w" : "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return complain(shell, flags, exitCodes.usage, [`${file} cannot be written: ${code}.`]);
  }
  await (await loadChain({ file, env })).close();
  if (flags.json) shell.out(JSON.stringify({ file, variables }));
  else {
    shell.out(`${file} is written. It takes from the environment:`);
    for (const { name, what } of variables) shell.out(`  ${name}=…  # ${what}`);
    shell.out("Then: relais check");
  }
  return exitCodes.ok;
}
