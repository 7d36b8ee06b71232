import { fromKnex, type Outbox } from "@relais/outbox";
import knex from "knex";
import { checkStock, mailOf, type Shop } from "./shop.ts";

/** Knex: `fromKnex(trx)`. */
export function knexShop(outbox: Outbox, url: string): Shop {
  const db = knex({ client: "pg", connection: url, pool: { min: 0, max: 2 } });
  return {
    name: "Knex",
    order: (item) =>
      db.transaction(async (trx) => {
        await trx("orders").insert({ item });
        const { id } = await outbox.enqueue(mailOf(item), { tx: fromKnex(trx) });
        checkStock(item);
        return id;
      }),
    close: () => db.destroy(),
  };
}
