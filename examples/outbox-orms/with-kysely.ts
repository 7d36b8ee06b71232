import { fromKysely, type Outbox } from "@relais/outbox";
import { type Generated, Kysely, PostgresDialect } from "kysely";
import type { Pool } from "./pool.ts";
import { checkStock, mailOf, type Shop } from "./shop.ts";

interface Tables {
  readonly orders: { readonly id: Generated<number>; readonly item: string };
}

/** Kysely: `fromKysely(trx)`. */
export function kyselyShop(outbox: Outbox, pool: Pool): Shop {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    name: "Kysely",
    order: (item) =>
      db.transaction().execute(async (trx) => {
        await trx.insertInto("orders").values({ item }).execute();
        const { id } = await outbox.enqueue(mailOf(item), { tx: fromKysely(trx) });
        checkStock(item);
        return id;
      }),
    // Not db.destroy(): the pool is shared.
    close: async () => undefined,
  };
}
