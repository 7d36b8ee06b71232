import type { Outbox } from "@relais/outbox";
import type { Pool } from "./pool.ts";
import { checkStock, mailOf, type Shop } from "./shop.ts";

/** `pg` alone: pass the client of the transaction. */
export function pgShop(outbox: Outbox, pool: Pool): Shop {
  return {
    name: "pg",
    async order(item) {
      const client = await pool.connect();
      try {
        await client.query("begin");
        await client.query("insert into orders (item) values ($1)", [item]);
        const { id } = await outbox.enqueue(mailOf(item), { tx: client });
        checkStock(item);
        await client.query("commit");
        return id;
      } catch (error) {
        await client.query("rollback");
        throw error;
      } finally {
        client.release();
      }
    },
    close: async () => undefined,
  };
}
