import type { Database, Queryable } from "../database/database.ts";
import { attemptEnd } from "../store/attempts.ts";
import type { Claimed } from "../store/claims.ts";
import { type Finish, writeFinishes } from "../store/completions.ts";
import { orphaned } from "../store/leases.ts";
import { storable } from "../store/trace.ts";
import { isRefusal } from "./batching.ts";
import { type Settlement, settle } from "./decide.ts";
import { type AttemptRow, lastNumber, lastSuccess, traceEntry } from "./trace-entries.ts";

/** A message whose worker was lost, and what became of it. */
export interface Recovered {
  readonly id: string;
  readonly state: Settlement["state"];
}

const lostSql = (locking: string): string => `
  select m.id, m.claim, m.recipients, m.accepted, m.rejected, m.on_unknown, m.expires_at, m.delivery_trace,
    m.recoveries, m.lease
  from relais.message m where m.id > $1 and ${orphaned} order by m.id limit $2 ${locking}`;

type Lost = Pick<
  Claimed,
  | "id"
  | "claim"
  | "recipients"
  | "accepted"
  | "rejected"
  | "on_unknown"
  | "expires_at"
  | "delivery_trace"
  | "recoveries"
> & {
  /** None, if its worker let it go. */
  readonly lease: string | null;
};

/**
 * Takes up messages whose worker was lost. Its journal says how far it had come: an attempt that was only open surely
 * did not arrive and may be made again; one that was handed over leaves those it was for `unknown`. One that was lost
 * with three workers, one after the other, is set aside: it may be what ends them.
 *
 * @param onError told of rows that cannot be read or written: the others are taken up all the same
 */
export async function recover(
  database: Database,
  onError: (error: unknown) => void,
): Promise<readonly Recovered[]> {
  const all: Recovered[] = [];
  let limit = atOnce;
  for (let after = nobody; ; ) {
    try {
      const { next, recovered } = await recoverSome(database, { after, limit, onError });
      all.push(...recovered);
      if (next === undefined) return all;
      after = next;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // One of them is not taken by the database: then one by one, past that one.
      if (limit === 1) {
        onError(error);
        const next = await nextLost(database, after);
        if (next === after) throw error;
        after = next;
      }
      limit = 1;
    }
  }
}

const atOnce = 100;
const nobody = "00000000-0000-0000-0000-000000000000";

async function nextLost(database: Database, after: string): Promise<string> {
  const [row] = await database.query<Lost>(lostSql(""), [after, 1]);
  return row?.id ?? after;
}

interface Round {
  readonly after: string;
  readonly limit: number;
  onError(error: unknown): void;
}

function recoverSome(database: Database, { after, limit, onError }: Round) {
  return database.transaction(async (tx) => {
    const lost = await tx.query<Lost>(lostSql("for update of m skip locked"), [after, limit]);
    if (lost.length === 0) return { next: undefined, recovered: [] };
    const attempts = await attemptsOf(tx, lost);
    const finishes = lost.flatMap((row) => {
      try {
        return [finishOf(row, attempts.get(row.id) ?? [])];
      } catch (error) {
        onError(new Error(`message ${row.id} cannot be taken up: ${(error as Error).message}`));
        return [];
      }
    });
    await writeFinishes(tx, finishes);
    const recovered = finishes.map(({ id, settlement }): Recovered => ({ id, state: settlement.state }));
    // There may be more.
    return { next: lost.length === limit ? lost.at(-1)?.id : undefined, recovered };
  });
}

async function attemptsOf(tx: Queryable, lost: readonly Lost[]): Promise<Map<string, AttemptRow[]>> {
  const rows = await tx.query<AttemptRow & { message: string }>(
    `select a.* from relais.attempt a join relais.message m on m.id = a.message and m.claim = a.claim
     where a.message = any($1::uuid[]) order by a.message, a.seq`,
    [lost.map(({ id }) => id)],
  );
  return Map.groupBy(rows, ({ message }) => message) as Map<string, (AttemptRow & { message: string })[]>;
}

const words = {
  open: "the worker was lost before the message was handed over",
  handed_over: "the worker was lost after the message had been handed over",
} as const;

/** The end of an attempt that its worker could not write. */
function lostEnd({ phase, provider }: AttemptRow) {
  const kind = phase === "open" ? ("cancelled" as const) : ("unknown" as const);
  return { success: false as const, provider, kind, reason: words[phase], code: "worker-lost" };
}

/** What is to be written of a lost message. */
function finishOf(row: Lost, attempts: readonly AttemptRow[]): Finish {
  const known = attempts.map((attempt): AttemptRow => {
    if (attempt.kind !== null) return attempt;
    const { kind, reason, code } = lostEnd(attempt);
    return { ...attempt, kind, reason, code, ended_at: new Date() };
  });
  const accepted = new Set([...row.accepted, ...known.flatMap((attempt) => attempt.accepted)]);
  const refused = new Set(row.rejected.map(({ address }) => address));
  const unknown = new Set(
    known
      .filter(({ kind }) => kind === "unknown")
      .flatMap(({ recipients }) => recipients)
      .filter((address) => !accepted.has(address)),
  );
  const everybody = row.recipients ?? [...new Set(known.flatMap(({ recipients }) => recipients))];
  const pending = everybody.filter(
    (address) => !accepted.has(address) && !refused.has(address) && !unknown.has(address),
  );
  const recoveries = row.recoveries + (row.lease === null ? 0 : 1);
  const now = Date.now();
  const retryAfterMs = pauseMs(recoveries);
  // A row by plain SQL may not say whom it is for, if its worker was lost before it was read: then it is read again.
  const settlement: Settlement =
    row.recipients === null && known.length === 0
      ? { accepted: [], rejected: [], unknown: [], pending: [], ...again(retryAfterMs) }
      : settle(
          { accepted: [...accepted], rejected: row.rejected, unknown: [...unknown], pending },
          { now, expiresAt: Number(row.expires_at), onUnknown: row.on_unknown, retryAfterMs },
        );
  const before = lastNumber(row.delivery_trace);
  const setAside = recoveries >= mostRecoveries && waits.has(settlement.state);
  const by = known.findLast(({ kind }) => kind === "accepted");
  const maybe = known.findLast(({ kind }) => kind === "unknown");
  return {
    id: row.id,
    claim: row.claim,
    settlement: setAside ? asideOf(settlement) : settlement,
    recoveries: setAside ? 0 : recoveries,
    ends: attempts
      .filter(({ kind }) => kind === null)
      .map((attempt) =>
        attemptEnd({ message: row.id, seq: attempt.seq, claim: row.claim }, lostEnd(attempt)),
      ),
    entries: known.map((attempt, i) => traceEntry(attempt, before + i + 1)),
    provider: maybe?.provider,
    ...lastSuccess(row.delivery_trace),
    ...(by && { provider: by.provider, messageId: by.provider_message_id ?? undefined }),
    error: settlement.state === "unknown" ? storable(words.handed_over) : setAside ? poisonous : undefined,
  };
}

/** So many workers lost with one message, one after the other, are no chance. */
const mostRecoveries = 3;
const poisonous = `set aside: ${mostRecoveries} workers, one after the other, were lost while they had this message`;
const waits: ReadonlySet<Settlement["state"]> = new Set(["queued", "deferred"]);

/** The first time it goes back at once, to be sent alone; then it waits, so that others go before it. */
function pauseMs(recoveries: number): number {
  return recoveries < 2 ? 0 : 10_000;
}

function again(retryAfterMs: number): Pick<Settlement, "state" | "retryAfterMs"> {
  return retryAfterMs === 0 ? { state: "queued" } : { state: "deferred", retryAfterMs };
}

function asideOf({ accepted, rejected, pending }: Settlement): Settlement {
  const left = pending.map((address) => ({ address, kind: "cancelled", reason: poisonous }));
  const state = accepted.length === 0 ? "failed" : "partial";
  return { state, accepted, rejected: [...rejected, ...left], unknown: [], pending: [] };
}
