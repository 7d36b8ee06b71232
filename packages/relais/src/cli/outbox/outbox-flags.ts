import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import { withChain } from "../with-chain.ts";
import { duration, withFilter } from "./filter-flags.ts";

const whole =
  (least: number, most: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return number;
  };

const hostName = (value: string, before: readonly string[] = []): readonly string[] => {
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(value))
    throw new InvalidArgumentError("It must be a name alone, as status.example.org is.");
  return [...before, value];
};

const withOutbox = (command: Command): Command =>
  command
    .option(
      "--database <url>",
      "the Postgres (default: the configuration's, DATABASE_URL, else PGlite in .relais)",
    )
    .option("--folder <folder>", "where PGlite keeps its files");
const withMigrate = (command: Command): Command =>
  command.option("--no-migrate", "make no tables: another role has made them");
const withConfig = (command: Command): Command =>
  withOutbox(command).option("-c, --config <file>", "a configuration file").option("--json", "print JSON");
const alone = (command: Command): Command => withMigrate(withConfig(command));
const withOperator = (command: Command): Command =>
  command
    .option("--by <name>", "who does this, for the trace (default: the user of this machine)")
    .option("--reason <text>", "why, for the trace")
    .option("--all", "every message that can be meant");

const workerHelp = `
Works until SIGTERM, then finishes what is under way; SIGHUP reads the configuration again.

Examples:
  relais worker --database postgres://app@db/app --port 9464 --host 0.0.0.0
  relais worker                      # PGlite in .relais, for one process`;

const serveHelp = `
The page shows the chain, the last deliveries and the outbox. It is for this machine; --host opens it to others, who see it
when they have logged in with RELAIS_STATUS_TOKEN of the environment. Whoever has may send again and cancel there.
It is asked for by an address, or by a name that --allowed-host names.`;

/** `relais worker`, `relais serve`, `relais outbox …` */
export function outboxCommandsOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  const worker = (name: string, says: string): Command =>
    withMigrate(withOutbox(withChain(program.command(name).description(says))))
      .option("--concurrency <n>", "messages under way at once (default: 10)", whole(1, 1000))
      .option("--table <name>", "a table of your own to work off too (columns: see the configuration)")
      .option("--grace <time>", "how long the end may take (default: 25s)", duration)
      .option("--host <address>", "the address to listen on (default: 127.0.0.1)")
      .option("--metrics", "serve /metrics for Prometheus, too (worker: on port 9464 unless --port)")
      .action(async ({ grace, ...flags }: { readonly grace?: number }) => {
        const { workerCommand } = await import("./worker-command.ts");
        const more = { serve: name === "serve", ...(grace !== undefined && { graceMs: grace }) };
        done(await workerCommand({ ...flags, ...more }, shell));
      });
  worker("worker", "send what is in the outbox, by the chain")
    .option("--port <port>", "serve /healthz and /readyz there", whole(0, 65_535))
    .addHelpText("after", workerHelp);
  worker("serve", "a worker with a status page")
    .option("--port <port>", "where the page is (default: 8737)", whole(0, 65_535))
    .option("--allowed-host <name...>", "names by which others reach the page, as a proxy's", hostName)
    .addHelpText("after", serveHelp);

  const outbox = program
    .command("outbox")
    .description("look at the outbox, and settle what needs a person")
    .addHelpText(
      "after",
      "\nExit codes: 0 done · 1 the message is not there, or the database failed on the way · 2 the command, the configuration\nor the way to the database is wrong: nothing was done",
    );
  const commands = () => import("./outbox-commands.ts");
  withFilter(alone(outbox.command("ls").description("list messages, the newest first")))
    .option("--limit <n>", "so many (default: 50)", whole(1, 1000))
    .option("--after <id>", "go on behind this one")
    .action(async (flags: object) => done(await (await commands()).listCommand(flags, shell)));
  alone(outbox.command("show <id>").description("all of one message, its trace included")).action(
    async (id: string, flags: object) => done(await (await commands()).showCommand(id, flags, shell)),
  );
  alone(outbox.command("stats").description("how many messages stand where")).action(async (flags: object) =>
    done(await (await commands()).statsCommand(flags, shell)),
  );
  withOperator(
    withFilter(alone(outbox.command("resend [ids...]").description("queue messages again that are over"))),
  )
    .option("--dry-run", "only count them")
    .addHelpText(
      "after",
      "\nOf unknown messages a second copy may arrive.\n\nExample:\n  relais outbox resend --state failed --older-than 1h --dry-run",
    )
    .action(async (ids: string[], flags: object) =>
      done(await (await commands()).resendCommand(ids, flags, shell)),
    );
  withOperator(
    withFilter(alone(outbox.command("resolve [ids...]").description("settle unknown messages by hand"))),
  )
    .addOption(
      new Option("--as <state>", "they did arrive, or they did not")
        .choices(["sent", "failed"])
        .default("sent"),
    )
    .action(async (ids: string[], flags: object) =>
      done(await (await commands()).resolveCommand(ids, flags, shell)),
    );
  withFilter(alone(outbox.command("cancel [ids...]").description("cancel messages that are not under way")))
    .option("--all", "every message that can be meant")
    .action(async (ids: string[], flags: object) =>
      done(await (await commands()).cancelCommand(ids, flags, shell)),
    );
  withFilter(
    alone(outbox.command("purge").description("delete messages that are over (default: those sent)")),
  ).action(async (flags: object) => done(await (await commands()).purgeCommand(flags, shell)));
  withConfig(outbox.command("migrate").description("make the tables, or bring them to this version"))
    .option("--print", "print the SQL of an empty database, and run nothing")
    .action(async (flags: object) =>
      done(await (await import("./schema-commands.ts")).migrateCommand(flags, shell)),
    );
  alone(outbox.command("copy").description("copy everything into another database"))
    .requiredOption("--to <url>", "the Postgres")
    .action(async (flags: { readonly to: string }) =>
      done(await (await import("./schema-commands.ts")).copyCommand(flags, shell)),
    );
}
