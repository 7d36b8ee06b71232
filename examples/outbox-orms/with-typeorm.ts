import { fromTypeOrm, type Outbox } from "@relais/outbox";
import { DataSource, EntitySchema } from "typeorm";
import { checkStock, mailOf, type Shop } from "./shop.ts";

const orders = new EntitySchema<{ id?: number; item: string }>({
  name: "orders",
  columns: { id: { type: Number, primary: true, generated: true }, item: { type: "text" } },
});

/** TypeORM: `fromTypeOrm(manager)`. */
export async function typeOrmShop(outbox: Outbox, url: string): Promise<Shop> {
  const db = await new DataSource({ type: "postgres", url, entities: [orders] }).initialize();
  return {
    name: "TypeORM",
    order: (item) =>
      db.transaction(async (manager) => {
        await manager.insert(orders, { item });
        const { id } = await outbox.enqueue(mailOf(item), { tx: fromTypeOrm(manager) });
        checkStock(item);
        return id;
      }),
    close: () => db.destroy(),
  };
}
