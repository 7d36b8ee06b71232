import type { Command } from "commander";

/** The flags that say which chain. */
export function withChain(command: Command): Command {
  return command
    .option(
      "-c, --config <file>",
      "a configuration file (default: relais.config.* from here upwards, else the environment)",
    )
    .option("--dsn <dsn>", "the short form: smtp://user:password@host:587, or failover(… …)")
    .option("--chain <name>", "which of the configuration's chains")
    .option("--json", "print JSON");
}
