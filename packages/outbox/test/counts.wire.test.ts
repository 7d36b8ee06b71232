import type { Outbox, State } from "@relais/outbox";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database, Queryable } from "../src/database/database.ts";
import { enqueue, enqueueMany } from "../src/enqueue/enqueue.ts";
import { cancel, resend, resolve } from "../src/operations/operator.ts";
import { purge } from "../src/operations/purge.ts";
import { claimMessages } from "../src/store/claims.ts";
import { type Decision, writeCompletions } from "../src/store/completions.ts";
import { acquireLease, releaseLeases } from "../src/store/leases.ts";
import { finalStates } from "../src/store/message.ts";
import { foldCounts, list } from "../src/store/queries.ts";
import { queueDue } from "../src/store/scheduling.ts";
import { recover } from "../src/worker/recover.ts";
import { mail } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

const ends: readonly Decision["state"][] = ["queued", "deferred", "sent", "partial", "unknown", "failed"];
const settled = ["sent", "partial", "unknown", "failed", "expired", "cancelled"];

/** What changes messages: the package's own ways, and anybody's SQL. */
const defaults = { from: "shop@example.org", limits: undefined, prepare: undefined };

const steps = {
  enqueue: (database, n) =>
    enqueueMany(
      database,
      Array.from({ length: n }, () => ({ message: mail() })),
      {},
      defaults,
    ),
  "enqueue twice by one key": (database, n) =>
    enqueue(database, mail(), { idempotencyKey: `key ${n}` }, defaults),
  "insert what is over": (database, n) =>
    database.query(
      `insert into relais.message (content, recipients, state) select '{}', '{a@example.net}', s
       from unnest(array['unknown', 'failed', 'expired', 'cancelled', 'deferred']) s, generate_series(1, $1::int)`,
      [n % 4],
    ),
  work: async (database, n) => {
    const lease = await acquireLease(database, "w", undefined);
    const how = { limit: n, worker: "w", lease, bytes: 1e6, allowLarger: true };
    const rows = await claimMessages(database, how);
    await writeCompletions(
      database,
      rows.map(({ id, claim, recipients }, i) => {
        const state = ends[(n + i) % ends.length] as Decision["state"];
        const rest = { accepted: recipients ?? [], rejected: [], unknown: [], pending: [] };
        return { id, claim, ends: [], entries: [], decision: { state, ...rest, retryAfterMs: 1 } };
      }),
    );
  },
  "claim, and be lost": async (database, n) => {
    const lease = await acquireLease(database, "lost", undefined);
    await claimMessages(database, { limit: n, worker: "lost", lease, bytes: 1e6, allowLarger: true });
    await releaseLeases(database, [lease]);
  },
  recover: (database) => recover(database, () => undefined),
  "queue what is due": (database) => queueDue(database),
  resend: (database, n) => resend(database, {}, { by: "ann", limit: n }),
  resolve: (database, n) => resolve(database, {}, { by: "ann", as: n % 2 ? "sent" : "failed" }),
  cancel: async (database, n) => {
    const some = await list(database, { state: ["queued", "deferred"], limit: n });
    return cancel(database, { ids: some.map(({ id }) => id) });
  },
  purge: (database, n) =>
    purge(database, { state: [finalStates[n % finalStates.length] as State], batch: 3 }),
  fold: (database) => foldCounts(database),
  "change the state of all": (database, n) =>
    database.query(
      "update relais.message set state = case when state = 'failed' then 'expired' else 'failed' end where provider is null and claim % 5 = $1::int % 5",
      [n],
    ),
  "delete some": (database, n) =>
    database.query("delete from relais.message where id in (select id from relais.message limit $1)", [n]),
  truncate: (database) => database.query("truncate relais.message cascade"),
} satisfies Record<string, (database: Database, n: number) => Promise<unknown>>;
const names = Object.keys(steps) as (keyof typeof steps)[];

/** How the transaction ends in which a step is made. */
const fates = ["commits", "commits", "commits", "rolls back", "is killed"] as const;

/** Both in one snapshot. */
const compared = `select state, sum(kept)::int as kept, sum(real)::int as real from (
    select state, n as kept, 0 as real from relais.settled_counts()
    union all select state, 0, 1 from relais.message where state = any($1)) c
  group by state having sum(kept) <> sum(real)`;

describe.each(stores)("the counts of messages that are over, on %s", (name, open) => {
  let store: Store;
  let outbox: Outbox;
  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox();
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });

  const within = (tx: Queryable): Database => ({ ...outbox.database, ...tx, transaction: (run) => run(tx) });

  /** A step of its own, or in a transaction that does not commit: what changes by it changes back. */
  const make = async (step: keyof typeof steps, n: number, fate: (typeof fates)[number]): Promise<void> => {
    if (fate === "commits") return void (await steps[step](outbox.database, n));
    await outbox.database.transaction(async (tx) => {
      await steps[step](within(tx), n);
      if (fate === "is killed" && outbox.database.kind === "postgres")
        await tx.query("select pg_terminate_backend(pg_backend_pid())");
      throw new Error("it is not to be");
    });
  };

  test("are those of count(*) at every moment, whatever is done, side by side, and whatever is undone", async () => {
    const step = fc.tuple(
      fc.constantFrom(...names),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(...fates),
    );
    const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 5, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        await empty(outbox);
        await outbox.enqueueMany(Array.from({ length: 20 }, () => ({ message: mail() })));
        for (const round of all) {
          const going = Promise.allSettled(round.map(([what, n, fate]) => make(what, n, fate)));
          expect(await outbox.database.query(compared, [settled])).toEqual([]);
          await going;
          expect(await outbox.database.query(compared, [settled])).toEqual([]);
        }
        const { byState } = await outbox.stats();
        const counted = await outbox.count();
        for (const state of settled as State[])
          expect([state, byState[state]]).toEqual([state, counted[state] ?? 0]);
      }),
      { numRuns: name === "PGlite" ? 8 : 30, endOnFailure: true },
    );
  }, 180_000);

  test("are folded into one row a state while others count", async () => {
    await empty(outbox);
    const { database } = outbox;
    await Promise.all([
      ...Array.from({ length: 120 }, () => steps["insert what is over"](database, 1)),
      ...Array.from({ length: 10 }, () => foldCounts(database)),
    ]);
    expect(await database.query(compared, [settled])).toEqual([]);
    await foldCounts(database);
    await foldCounts(database);
    const [row] = await database.query<{ rows: number }>(
      "select count(*)::int as rows from relais.message_count",
    );
    expect(row?.rows).toBeLessThan(50);
  });

  test("are made anew by one statement, where triggers did not run", async () => {
    const { database } = outbox;
    await database.query("alter table relais.message disable trigger count_inserted");
    await steps["insert what is over"](database, 2);
    await database.query("alter table relais.message enable trigger count_inserted");
    expect(await database.query(compared, [settled])).not.toEqual([]);
    await database.query("select relais.recount()");
    expect(await database.query(compared, [settled])).toEqual([]);
  });
});
