import { dirname, resolve } from "node:path";
import type { Outbox } from "@relais/outbox";
import { findConfig } from "../../config/find-config.ts";
import { readConfig } from "../../config/read-config.ts";
import type { OutboxEntry, RelaisConfig } from "../../config/relais-config.ts";
import { ConfigurationError } from "../../configuration-error.ts";
import { senderFromEnv } from "../../sender-from-env.ts";
import { settingsReader } from "../../settings-reader.ts";
import type { Shell } from "../shell.ts";
import { databaseFault, placeOf } from "./database-fault.ts";

/** Where a command finds the outbox. */
export interface OutboxFlags {
  readonly config?: string;
  readonly database?: string;
  readonly folder?: string;
  /** Whether the tables are made or changed where they have to be. @defaultValue true */
  readonly migrate?: boolean;
  readonly json?: boolean;
}

type Kit = typeof import("@relais/outbox");

/** The package, which is not there unless somebody wanted it. @throws {ConfigurationError} how to get it */
export async function outboxKit(): Promise<Kit> {
  try {
    return await import("@relais/outbox");
  } catch {
    throw new ConfigurationError(["The outbox is not installed: npm install @relais/outbox"]);
  }
}

/** What the configuration says of the outbox: nothing of the chain, whose secrets these commands may do without. */
async function outboxSettings(
  flags: OutboxFlags,
  shell: Shell,
): Promise<OutboxEntry & { readonly from?: string }> {
  const path = flags.config === undefined ? findConfig(shell.cwd) : resolve(shell.cwd, flags.config);
  if (path === undefined) return {};
  const folder = dirname(path);
  const raw = (await readConfig(path)) as Partial<RelaisConfig> | null;
  const { configOf } = await import("../../config/config.ts");
  const { file, problems } = await configOf(
    {
      ...(raw?.outbox !== undefined && { outbox: raw.outbox }),
      ...(raw?.from !== undefined && { from: raw.from }),
    },
    shell.env,
    folder,
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
  const { outbox = {}, from } = file;
  return {
    ...outbox,
    folder: resolve(folder, outbox.folder ?? ".relais"),
    ...(from !== undefined && { from }),
  };
}

/** `--database`, `--folder`, the configuration, `DATABASE_URL`, or PGlite in `.relais`, in this order. */
export async function openOutbox(
  flags: OutboxFlags,
  shell: Shell,
  more: { readonly migrate?: boolean } = {},
): Promise<{ readonly outbox: Outbox; readonly settings: OutboxEntry; readonly where: string }> {
  const { createOutbox } = await outboxKit();
  const settings = await outboxSettings(flags, shell);
  const given = flags.database ?? (flags.folder === undefined ? settings.database : undefined);
  const database =
    given ?? (flags.folder === undefined ? settingsReader(shell.env).text("DATABASE_URL") : undefined);
  const folder = resolve(shell.cwd, flags.folder ?? settings.folder ?? ".relais");
  const { connections } = settings;
  const from = settings.from ?? senderFromEnv(shell.env);
  const where = placeOf(database, folder);
  try {
    const migrate = more.migrate ?? (flags.migrate === false ? false : settings.migrate);
    const outbox = await createOutbox({ database, folder, connections, from, migrate });
    return { outbox, settings, where };
  } catch (error) {
    if (error instanceof TypeError)
      throw new ConfigurationError([`The outbox cannot be opened: ${error.message}.`]);
    throw new ConfigurationError([databaseFault("The outbox cannot be opened", error, where)]);
  }
}
