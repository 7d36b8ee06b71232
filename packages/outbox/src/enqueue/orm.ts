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

/** A transaction of TypeORM: `manager` of `dataSource.transaction(manager => …)`, or a query runner. */
interface TypeOrmManager {
  query(query: string, parameters?: never): PromiseLike<unknown>;
}

/** A transaction of MikroORM: `em` of `orm.em.transactional(em => …)`. */
interface MikroOrmManager {
  execute(query: string, params?: never): PromiseLike<unknown>;
}

/** Sequelize itself: one of its transactions has no way to run a statement. */
interface SequelizeLike {
  query(sql: string, options: never): PromiseLike<unknown>;
}

/** A transaction of Knex as `tx` of `enqueue`. */
export function fromKnex(trx: KnexTransaction): SqlExecutor {
  return {
    async executeSql(text, values = []) {
      const { sql, ordered } = withQuestionMarks(text, values);
      return rowsOf(await trx.raw(sql, ordered));
    },
  };
}

/** A transaction of Kysely as `tx` of `enqueue`. */
export function fromKysely(trx: KyselyTransaction): SqlExecutor {
  return {
    executeSql(sql, parameters = []) {
      // A compiled query, as `CompiledQuery.raw` makes one.
      const query = { sql, parameters, query: { kind: "RawNode" }, queryId: { queryId: "relais" } };
      return trx.executeQuery(query as never);
    },
  };
}

/** A transaction of Prisma as `tx` of `enqueue`. */
export function fromPrisma(tx: PrismaTransaction): SqlExecutor {
  return {
    async executeSql(text, values = []) {
      return rowsOf(await tx.$queryRawUnsafe(text, ...(values as never[])));
    },
  };
}

/** A transaction of TypeORM as `tx` of `enqueue`. */
export function fromTypeOrm(manager: TypeOrmManager): SqlExecutor {
  return {
    async executeSql(text, values = []) {
      return rowsOf(await manager.query(text, values as never));
    },
  };
}

/** A transaction of MikroORM as `tx` of `enqueue`. */
export function fromMikroOrm(em: MikroOrmManager): SqlExecutor {
  return {
    async executeSql(text, values = []) {
      const { sql, ordered } = withQuestionMarks(text, values);
      return rowsOf(await em.execute(sql, ordered as never));
    },
  };
}

/** A transaction of Sequelize as `tx` of `enqueue`. @param transaction of `sequelize.transaction(transaction => …)` */
export function fromSequelize(sequelize: SequelizeLike, transaction: object): SqlExecutor {
  return {
    async executeSql(text, bind = []) {
      return rowsOf(await sequelize.query(text, { bind, transaction, type: "SELECT" } as never));
    },
  };
}

/** The tag `sql` of drizzle-orm. */
interface DrizzleSql {
  (strings: TemplateStringsArray, ...params: unknown[]): unknown;
  param(value: unknown): unknown;
}

/** A transaction of Drizzle as `tx` of `enqueue`. @param sql the tag `sql` of drizzle-orm */
export function fromDrizzle(tx: DrizzleTransaction, sql: unknown): SqlExecutor {
  const tag = sql as DrizzleSql;
  return {
    async executeSql(text, values = []) {
      const { parts, ordered } = split(text, values);
      const strings = Object.assign([...parts], { raw: parts });
      const params = ordered.map((value) => tag.param(value));
      return rowsOf(await tx.execute(tag(strings, ...params) as never));
    },
  };
}

/** A text between its `$1`, `$2` …, and the values in the order in which they stand there. */
function split(text: string, values: readonly unknown[]) {
  const parts = text.split(/\$\d+/);
  const ordered = [...text.matchAll(/\$(\d+)/g)].map(([, n]) => values[Number(n) - 1]);
  return { parts, ordered };
}

/** The same with `?` for each value. */
function withQuestionMarks(text: string, values: readonly unknown[]) {
  const { parts, ordered } = split(text, values);
  return { sql: parts.map((part) => part.replaceAll("?", "\\?")).join("?"), ordered };
}

/** Some drivers return the rows themselves. */
function rowsOf(result: unknown): { readonly rows: readonly unknown[] } {
  return Array.isArray(result) ? { rows: result } : (result as { rows: readonly unknown[] });
}
