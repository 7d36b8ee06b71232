import type { Outcome } from "@relais/core";
import type { Database } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { batch } from "../worker/batching.ts";
import type { Refusal } from "../worker/decide.ts";
import { storable, storableId } from "./trace.ts";

/** An attempt that is about to be made. */
export interface AttemptStart extends AttemptKey {
  readonly worker: string;
  readonly provider: string;
  readonly recipients: readonly string[];
}

/** The commits of an attempt. Each answers whether it was written: it is not if the claim has been lost. */
export interface JournalWrites {
  /** Its row is written some ms later, or with the hand-over if that comes first: until then it surely did not arrive. */
  open(start: AttemptStart): OpenAttempt;
  close(end: AttemptEnd): Promise<boolean>;
}

/** An attempt that has begun. */
export interface OpenAttempt {
  /** Writes its row, if that has not been done. */
  written(): Promise<boolean>;
  /** Resolves when its row says so, durably. */
  handOver(): Promise<boolean>;
}

/**
 * A commit that is not waited for: a crash of the database may lose it, with all that came after it. An attempt that is
 * only open surely did not arrive, with or without its row; and no later commit is kept without this one.
 */
export const noWait = "nowait as materialized (select set_config('synchronous_commit', 'off', true))";

/** A commit that is kept whatever the database is set to: what is done next cannot be taken back. */
const kept = `kept as materialized (select set_config('synchronous_commit',
  coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true))`;

/** The row `a` is that of the attempt `i`. */
export const sameAttempt = "a.message = i.message and a.seq = i.seq and a.claim = i.claim";

/** How long an attempt may be open without a row: less than a connection takes, more than a connection at hand. */
const openWithinMs = 250;

interface Mark extends AttemptStart {
  readonly phase: "open" | "handed_over";
  /** Whether its row is there already. */
  readonly opened: boolean;
}

/** What was written, as `keyOf` has it. In one row: a driver takes its time for each. */
export interface Keys {
  readonly keys: readonly string[] | null;
}
const key = (of: string): string => `concat_ws(' ', ${of}message, ${of}seq, ${of}claim) as key`;
export const keysOf = (relation: string): string => `select json_agg(key) as keys from ${relation}`;
const keyOf = ({ message, seq, claim }: AttemptKey): string => `${message} ${seq} ${claim}`;

/**
 * Rows of attempts, and their hand-overs. The message is locked first: whoever is taking it up, because its lease has
 * been lost, either finds this written, or is waited for and then has the claim.
 */
const marksSql = (wait: boolean, again: boolean): string => {
  const [how, howSql] = wait ? ["kept", kept] : ["nowait", noWait];
  const opened = `insert into relais.attempt (message, seq, claim, worker, provider, recipients, phase, handed_over_at)
      select message, seq, claim, worker, provider, array(select jsonb_array_elements_text(recipients)), phase,
        case when phase = 'handed_over' then clock_timestamp() end
      from mine cross join ${how} where not opened
      on conflict do nothing returning ${key("")}`;
  const handed = `update relais.attempt a set phase = 'handed_over', handed_over_at = clock_timestamp()
      from mine i cross join ${how} where i.opened and ${sameAttempt} and a.kind is null
      returning ${key("a.")}`;
  return prepared(`with ${howSql}, mine as materialized (
      select i.* from jsonb_to_recordset($1::jsonb) as i(message uuid, seq int, claim int, worker text, provider text,
        recipients jsonb, phase text, opened boolean)
      join relais.message m on m.id = i.message and m.claim = i.claim and m.state = 'sending' for key share of m),
    opened as (${opened})${again ? `, handed as (${handed})` : ""}
    ${keysOf(again ? "(select * from opened union all select * from handed) written" : "opened")}`);
};

/** By whether a commit is waited for, and whether some have a row already. */
const marksSqls = [false, true].map((wait) => [false, true].map((again) => marksSql(wait, again)));

/** Ends attempts that are in flight: the columns of `AttemptEnd`, from a relation \`i\`. */
export const closeSql: string = `
  update relais.attempt a set kind = i.kind, code = i.code, reason = i.reason, ended_at = clock_timestamp(),
    provider_message_id = i.provider_message_id, rejected = i.rejected,
    accepted = array(select jsonb_array_elements_text(i.accepted))`;

/** A relation of `AttemptEnd`s, out of a parameter. */
export const attemptEnds = (parameter: string): string =>
  `jsonb_to_recordset(${parameter}::jsonb) as i(message uuid, seq int, claim int, kind text, code text, reason text,
    provider_message_id text, accepted jsonb, rejected jsonb)`;

const closesSql = prepared(
  `with closed as (${closeSql} from ${attemptEnds("$1")} where ${sameAttempt} and a.kind is null
    returning ${key("a.")}) ${keysOf("closed")}`,
);

/** The journal's writes, those of many messages together. */
export function journalWrites(database: Database): JournalWrites {
  const writer = <T extends AttemptKey>(sql: (items: readonly T[]) => string) =>
    batch<T, boolean>(
      async (items) => {
        const [row] = await database.query<Keys>(sql(items), [JSON.stringify(items)]);
        const written = new Set(row?.keys);
        return items.map((item) => written.has(keyOf(item)));
      },
      { gapMs: 2 },
    );
  const mark = writer<Mark>((marks) => {
    const wait = marks.some(({ phase }) => phase === "handed_over");
    const again = marks.some(({ opened }) => opened);
    return marksSqls[Number(wait)]?.[Number(again)] as string;
  });
  const close = writer<AttemptEnd>(() => closesSql);

  const open = (start: AttemptStart): OpenAttempt => {
    let row: Promise<boolean> | undefined;
    const write = (phase: Mark["phase"]): Promise<boolean> => {
      clearTimeout(timer);
      row ??= mark({ ...start, phase, opened: false });
      return row;
    };
    // Who asks for it is told: at the hand-over, or at the end.
    const timer = setTimeout(() => write("open").catch(() => undefined), openWithinMs);
    return {
      written: () => write("open"),
      async handOver() {
        if (row === undefined) return write("handed_over");
        return (await row) && mark({ ...start, phase: "handed_over", opened: true });
      },
    };
  };
  return { open, close };
}

/** Which attempt: one of another claim with the same number is another one. */
export interface AttemptKey {
  readonly message: string;
  readonly seq: number;
  readonly claim: number;
}

/** The end of an attempt, as its row holds it. */
export interface AttemptEnd extends AttemptKey {
  /** `accepted`, or a failure kind. */
  readonly kind: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly provider_message_id: string | null;
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
}

/** Who was refused in spite of others being accepted. */
function refusals(outcome: Outcome): Refusal[] {
  return (outcome.rejected ?? []).map(({ address, failure }) => ({
    address: storableId(address),
    kind: failure.kind,
    reason: storable(failure.reason),
  }));
}

export function attemptEnd({ message, seq, claim }: AttemptKey, outcome: Outcome): AttemptEnd {
  const rejected = refusals(outcome);
  if (outcome.success) {
    const { accepted, messageId } = outcome;
    return {
      message,
      seq,
      claim,
      kind: "accepted",
      code: null,
      reason: null,
      provider_message_id: storableId(messageId),
      accepted,
      rejected,
    };
  }
  const { kind, code, reason } = outcome;
  return {
    message,
    seq,
    claim,
    kind,
    code: code === undefined ? null : storable(code),
    reason: storable(reason),
    provider_message_id: null,
    accepted: [],
    rejected,
  };
}
