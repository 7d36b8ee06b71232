import type { Database } from "../database/database.ts";
import type { AttemptEnd } from "./attempt-row.ts";
import { batch } from "./batch.ts";

/** An attempt that is about to be made. */
export interface AttemptStart {
  readonly message: string;
  readonly seq: number;
  readonly claim: number;
  readonly worker: string;
  readonly provider: string;
  readonly recipients: readonly string[];
}

/** Which attempt. */
export interface AttemptKey {
  readonly message: string;
  readonly seq: number;
}

/** The three commits of an attempt. Each answers whether it was written: it is not if the claim has been lost. */
export interface JournalWrites {
  open(start: AttemptStart): Promise<boolean>;
  handOver(key: AttemptKey): Promise<boolean>;
  close(end: AttemptEnd): Promise<boolean>;
}

/**
 * A commit that is not waited for: a crash of the database may lose it, with all that came after it. An attempt that is
 * only open surely did not arrive, with or without its row; and no later commit is kept without this one.
 */
export const noWait = "nowait as materialized (select set_config('synchronous_commit', 'off', true))";

const openSql = `
  with ${noWait}
  insert into relais.attempt (message, seq, claim, worker, provider, recipients)
  select i.message, i.seq, i.claim, i.worker, i.provider, array(select jsonb_array_elements_text(i.recipients))
  from jsonb_to_recordset($1::jsonb)
    as i(message uuid, seq int, claim int, worker text, provider text, recipients jsonb)
  join relais.message m on m.id = i.message and m.claim = i.claim and m.state = 'sending'
  cross join nowait
  on conflict do nothing returning message`;

const handOverSql = `
  update relais.attempt a set phase = 'handed_over', handed_over_at = clock_timestamp()
  from jsonb_to_recordset($1::jsonb) as i(message uuid, seq int)
  where a.message = i.message and a.seq = i.seq and a.kind is null returning a.message`;

/** Ends attempts that are in flight: the columns of `AttemptEnd`, from a relation \`i\`. */
export const closeSql: string = `
  update relais.attempt a set kind = i.kind, code = i.code, reason = i.reason, ended_at = clock_timestamp(),
    provider_message_id = i.provider_message_id, rejected = i.rejected,
    accepted = array(select jsonb_array_elements_text(i.accepted))`;

/** A relation of `AttemptEnd`s, out of a parameter. */
export const attemptEnds = (parameter: string): string =>
  `jsonb_to_recordset(${parameter}::jsonb) as i(message uuid, seq int, kind text, code text, reason text,
    provider_message_id text, accepted jsonb, rejected jsonb)`;

/** The journal's writes, those of many messages together. */
export function journalWrites(database: Database): JournalWrites {
  const writer = <T extends { readonly message: string }>(sql: string) =>
    batch<T, boolean>(async (items) => {
      const rows = await database.query<{ message: string }>(sql, [JSON.stringify(items)]);
      const written = new Set(rows.map(({ message }) => message));
      return items.map(({ message }) => written.has(message));
    });
  return {
    open: writer<AttemptStart>(openSql),
    handOver: writer<AttemptKey>(handOverSql),
    close: writer<AttemptEnd>(
      `${closeSql} from ${attemptEnds("$1")} where a.message = i.message and a.seq = i.seq and a.kind is null
       returning a.message`,
    ),
  };
}
