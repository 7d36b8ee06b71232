import type { Command } from "commander";
import { findConfig } from "../config/find-config.ts";
import { readConfig } from "../config/read-config.ts";

export const completionHelp = `
Completion: relais completion bash|zsh|fish|powershell prints a script for your shell:
  source <(relais completion bash)`;

/** Whether a command line asks for a completion script, or is what such a script runs. */
export function isCompletion(args: readonly string[]): boolean {
  return args[0] === "completion" || args[0] === "complete";
}

type Complete = (value: string, description: string) => void;

/** Names of chains, if there is a configuration here that can be read. */
async function chainNames(cwd: string): Promise<string[]> {
  try {
    const file = findConfig(cwd);
    const config = file === undefined ? {} : ((await readConfig(file)) as { chains?: object });
    return Object.keys(config.chains ?? {});
  } catch {
    return [];
  }
}

/**
 * Adds `relais completion bash|zsh|fish|powershell`, which prints a script for that shell, and `relais complete`, which
 * the script runs. Loaded for these two alone.
 */
export async function addCompletion(program: Command, cwd: string): Promise<void> {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const root = tab(program, { completionCommandName: "completion" });
  const { phases } = await import("@relais/smtp");
  const values: Readonly<Record<string, readonly string[]>> = {
    chain: await chainNames(cwd),
    phase: phases,
    format: ["yaml", "json", "ts", "js"],
    api: ["resend", "postmark", "sendgrid", "mailgun", "brevo"],
  };
  for (const command of root.commands.values()) {
    for (const [name, option] of command.options) {
      const known = values[name];
      if (known === undefined) continue;
      option.handler = (complete: Complete) => {
        for (const value of known) complete(value, "");
      };
      option.isBoolean = false;
    }
  }
}
