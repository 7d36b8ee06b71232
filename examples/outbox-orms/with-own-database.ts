import type { Outbox } from "@relais/outbox";
import { checkStock, mailOf, type Shop } from "./shop.ts";

/** No library: the database of the outbox, on PGlite or on a server. */
export function ownShop(outbox: Outbox): Shop {
  return {
    name: "outbox.database",
    order: (item) =>
      outbox.database.transaction(async (tx) => {
        await tx.query("insert into orders (item) values ($1)", [item]);
        const { id } = await outbox.enqueue(mailOf(item), { tx });
        checkStock(item);
        return id;
      }),
    close: async () => undefined,
  };
}
