import { type Command, InvalidArgumentError } from "commander";

/** Where a command gets its chain from. */
export interface ChainFlags {
  readonly config?: string;
  readonly envFile?: readonly string[] | boolean;
  readonly dsn?: string;
  readonly chain?: string;
  readonly json?: boolean;
}

/** The flags of a command that reads a configuration: the file, and the files of variables. */
export function withConfigFlags(command: Command): Command {
  return command
    .option(
      "-c, --config <file>",
      "a configuration file (default: RELAIS_CONFIG, else relais.config.* from here upwards, else the environment)",
    )
    .option(
      "--env-file <file>",
      "variables that are not set (default: .env beside the configuration, unless NODE_ENV is production); may be " +
        "given several times",
      repeatable,
    )
    .option("--no-env-file", "read no .env");
}

export function withChainFlags(command: Command): Command {
  return withConfigFlags(command)
    .option("--dsn <dsn>", "the short form: smtp://user:password@host:587, or failover(… …)")
    .option("--chain <name>", "which of the configuration's chains (default: RELAIS_CHAIN)")
    .option("--json", "print JSON");
}

/** Where a command finds the outbox. */
export interface OutboxFlags {
  readonly config?: string;
  readonly envFile?: readonly string[] | boolean;
  readonly database?: string;
  readonly folder?: string;
  /** Whether the tables are made or changed where they have to be. @defaultValue true */
  readonly migrate?: boolean;
  readonly json?: boolean;
}

export function withDatabaseFlags(command: Command): Command {
  return command
    .option(
      "--database <url>",
      "the Postgres (default: the configuration's, DATABASE_URL, else PGlite in .relais unless NODE_ENV is production)",
    )
    .option("--folder <folder>", "where PGlite keeps its files");
}

export function withMigrateFlag(command: Command): Command {
  return command.option("--no-migrate", "make no tables: another role has made them");
}

/** A flag that may be given several times. */
export const repeatable = (value: string, previous: unknown): string[] => [
  ...(Array.isArray(previous) ? previous : []),
  value,
];

export const wholeNumber =
  (least: number, most: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return number;
  };

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `12h`, `7d` as ms. */
export function duration(value: string): number {
  const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(value) ?? [];
  if (number === undefined)
    throw new InvalidArgumentError("It must be a number with a unit, as in 90m, 12h or 7d.");
  return Number(number) * (units[unit] ?? 0);
}

/** Takes one more name for `--allowed-host`. */
export function hostName(value: string, previous: readonly string[] = []): readonly string[] {
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(value))
    throw new InvalidArgumentError("It must be a name alone, as status.example.org is.");
  return [...previous, value];
}
