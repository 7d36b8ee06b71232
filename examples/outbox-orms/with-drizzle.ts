import { fromDrizzle, type Outbox } from "@relais/outbox";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import type { Pool } from "./pool.ts";
import { checkStock, mailOf, type Shop } from "./shop.ts";

const orders = pgTable("orders", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  item: text().notNull(),
});

/** Drizzle: `fromDrizzle(tx, sql)`. */
export function drizzleShop(outbox: Outbox, pool: Pool): Shop {
  const db = drizzle(pool);
  return {
    name: "Drizzle",
    order: (item) =>
      db.transaction(async (tx) => {
        await tx.insert(orders).values({ item });
        const { id } = await outbox.enqueue(mailOf(item), { tx: fromDrizzle(tx, sql) });
        checkStock(item);
        return id;
      }),
    close: async () => undefined,
  };
}
