import * as boss from "pg-boss";
import type { SqlExecutor } from "./transactions.ts";

/** A transaction of Knex: `trx` of `knex.transaction(trx => …)`. */
interface KnexTransaction {
  raw(sql: string, bindings?: readonly unknown[]): PromiseLike<unknown>;
}

/** A transaction of Kysely: `trx` of `db.transaction().execute(trx => …)`. */
interface KyselyTransaction {
  executeQuery(query: never): Promise<{ readonly rows: readonly unknown[] }>;
}

/** An interactive transaction of Prisma: `tx` of `prisma.$transaction(tx => …)`. */
interface PrismaTransaction {
  $queryRawUnsafe(query: string, ...values: never[]): PromiseLike<unknown>;
}

/** A transaction of Drizzle: `tx` of `db.transaction(tx => …)`. */
interface DrizzleTransaction {
  execute(query: never): PromiseLike<unknown>;
}

/** A transaction of Knex as `tx` of `enqueue`. */
export function fromKnex(trx: KnexTransaction): SqlExecutor {
  return boss.fromKnex(trx as Parameters<typeof boss.fromKnex>[0]);
}

/** A transaction of Kysely as `tx` of `enqueue`. */
export function fromKysely(trx: KyselyTransaction): SqlExecutor {
  return boss.fromKysely(trx as unknown as Parameters<typeof boss.fromKysely>[0]);
}

/** A transaction of Prisma as `tx` of `enqueue`. */
export function fromPrisma(tx: PrismaTransaction): SqlExecutor {
  return boss.fromPrisma(tx as Parameters<typeof boss.fromPrisma>[0]);
}

/** A transaction of Drizzle as `tx` of `enqueue`. @param sql the tag `sql` of drizzle-orm */
export function fromDrizzle(tx: DrizzleTransaction, sql: unknown): SqlExecutor {
  type Parts = Parameters<typeof boss.fromDrizzle>;
  return boss.fromDrizzle(tx as unknown as Parts[0], sql as Parts[1]);
}
