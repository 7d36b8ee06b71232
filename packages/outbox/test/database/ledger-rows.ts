import type { Queryable } from "../../src/database/database.ts";

/** Two tables and a transaction over both, as the outbox has them: what the tests of crashes write and look for. */
export const ledgerTables = `create table if not exists mail (n int primary key, state text not null, body text not null);
create table if not exists step (mail int not null references mail, what text not null);
create index if not exists step_mail on step (mail);`;

/** One mail: insert, insert, update. In a transaction it is there as a whole or not at all. */
export async function writeMail(tx: Queryable, n: number): Promise<void> {
  await tx.query("insert into mail (n, state, body) values ($1, 'queued', repeat('x', $2))", [
    n,
    200 + (n % 900),
  ]);
  await tx.query("insert into step (mail, what) values ($1, 'handed over')", [n]);
  await tx.query("update mail set state = 'sent' where n = $1", [n]);
}

/** What stands in the tables, read along their pages and along their indexes. */
export interface Ledger {
  readonly sent: readonly number[];
  /** Mails that are there in part, which no transaction has left. */
  readonly torn: number;
  /** Rows by sequential scan and by index: the same, unless one of both is damaged. */
  readonly scans: readonly number[];
}

export async function readLedger(database: Queryable): Promise<Ledger> {
  const count = async (settings: string, table: string, column: string): Promise<number> => {
    // Every column is read: a count alone would not look into the rows.
    const text = `${settings} select count(*)::int as count, sum(length(${table}::text))::int as length
      from ${table} where ${column} >= 0;`;
    const rows = await database.query<{ count?: number; length?: number }>(text);
    const last = rows.at(-1);
    return (last?.count ?? 0) * 1_000_000 + (last?.length ?? 0);
  };
  const along = "set enable_indexscan = off; set enable_bitmapscan = off; set enable_seqscan = on;";
  const byIndex = "set enable_indexscan = on; set enable_bitmapscan = off; set enable_seqscan = off;";
  const scans = [
    await count(along, "mail", "n"),
    await count(byIndex, "mail", "n"),
    await count(along, "step", "mail"),
    await count(byIndex, "step", "mail"),
  ];
  const rows = await database.query<{ n: number; state: string; steps: number }>(
    "select n, state, (select count(*)::int from step where mail = n) as steps from mail order by n",
  );
  const whole = rows.filter(({ state, steps }) => state === "sent" && steps === 1);
  return { sent: whole.map(({ n }) => n), torn: rows.length - whole.length, scans };
}
