import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FeedbackOptions, Outbox, OutboxOptions } from "@relais/outbox";
import { configFileOf } from "../../config/config-file.ts";
import type { OutboxEntry, SuppressionEntry } from "../../config/relais-config.ts";
import { senderFromEnv } from "../../environment/chain-from-env.ts";
import { ConfigurationError, settingsReader } from "../../environment/settings-reader.ts";
import type { CliContext } from "../cli-context.ts";
import type { OutboxFlags } from "../flags.ts";

/** An outbox, and what the configuration says about it. */
export interface OpenedOutbox {
  readonly outbox: Outbox;
  readonly settings: OutboxEntry;
}

/** The package, which is installed by those who want an outbox. @throws {ConfigurationError} how to get it */
export async function outboxKit(): Promise<typeof import("@relais/outbox")> {
  try {
    return await import("@relais/outbox");
  } catch {
    throw new ConfigurationError(["The outbox is not installed: npm install @relais/outbox"]);
  }
}

/** A command that works on what is there finds no database. The message is one sentence. */
export class NoOutbox extends Error {
  override readonly name = "NoOutbox";
}

/** A folder's path; one without a name stays as it is, and is refused when it is opened. */
const folderIn = (home: string, folder: string): string =>
  folder.trim() === "" ? folder : resolve(home, folder);

/**
 * `--database`, `--folder`, the configuration, `DATABASE_URL`, or, with a warning, PGlite in `.relais`, in this order.
 * @param options `mustExist`: no PGlite is made where there is none; `server`: PGlite, which is for one process, is refused
 * @throws {ConfigurationError} why it cannot be opened
 * @throws {NoOutbox} there is none
 */
export async function openOutbox(
  flags: OutboxFlags,
  context: CliContext,
  options: {
    readonly migrate?: boolean;
    readonly mustExist?: boolean;
    readonly server?: boolean;
    readonly observers?: OutboxOptions["observers"];
  } = {},
): Promise<OpenedOutbox> {
  const { createOutbox, defaultFolder } = await outboxKit();
  const { home, suppression, ...settings } = await readSettings(flags, context);
  const database =
    flags.database ??
    (!flags.folder ? (settings.database ?? settingsReader(context.env).text("DATABASE_URL")) : undefined);
  const folder = flags.folder ? folderIn(context.cwd, flags.folder) : settings.folder;
  const migrate = options.migrate ?? (flags.migrate === false ? false : settings.migrate);
  const { connections, from = senderFromEnv(context.env) } = settings;
  const feedback = thresholds(suppression);
  const { observers } = options;
  try {
    if (database !== undefined) {
      const outbox = await createOutbox({ database, connections, from, migrate, feedback, observers });
      return { outbox, settings };
    }
    if (options.server) throw new TypeError("--processes needs a Postgres: PGlite is for one process");
    const place = folder ?? defaultFolder({ env: context.env, cwd: home, warn: context.err });
    // What is no folder is told when it is opened.
    const canBeOne = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? place.trim() !== "";
    if (options.mustExist && canBeOne && !existsSync(join(place, "data")))
      throw new NoOutbox(`There is no outbox in ${place}: relais outbox migrate or relais worker makes one.`);
    const outbox = await createOutbox({ folder: place, from, migrate, feedback, observers });
    return { outbox, settings };
  } catch (error) {
    if (error instanceof NoOutbox) throw error;
    if (error instanceof TypeError)
      throw new ConfigurationError([`The outbox cannot be opened: ${error.message}.`]);
    throw new ConfigurationError([(error as Error).message]);
  }
}

/** As the outbox takes them. */
function thresholds({ expiresMs = {}, ...numbers }: SuppressionEntry = {}): FeedbackOptions {
  const times = Object.entries(expiresMs).map(([name, time]) => [
    name,
    time === "never" ? Number.POSITIVE_INFINITY : time,
  ]);
  return { ...numbers, expiresMs: Object.fromEntries(times) };
}

/**
 * What the configuration says of the outbox, and the folder that it is in: nothing of the chain, whose secrets these
 * commands may do without.
 */
async function readSettings(
  flags: OutboxFlags,
  { cwd, env }: CliContext,
): Promise<OutboxEntry & { from?: string; home: string; suppression?: SuppressionEntry | undefined }> {
  const source = { file: flags.config, cwd, env };
  if (configFileOf(source) === undefined) return { home: cwd };
  const { loadConfig } = await import("../../config/load-config.ts");
  const { faultsBelow } = await import("../../config/interpolate.ts");
  const config = await loadConfig(source, ["outbox", "from", "feedback"]);
  const problems = [["outbox"], ["from"], ["feedback", "suppression"]].flatMap((path) =>
    faultsBelow(config.references, path),
  );
  if (problems.length > 0) throw await config.errorOf(problems);
  const { outbox = {}, from, feedback } = config.values;
  const { folder: home } = config;
  return {
    ...outbox,
    ...(outbox.folder !== undefined && { folder: folderIn(home, outbox.folder) }),
    ...(from !== undefined && { from }),
    suppression: feedback?.suppression,
    home,
  };
}
