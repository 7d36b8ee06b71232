import { defineEntity, MikroORM, p } from "@mikro-orm/postgresql";
import { fromMikroOrm, type Outbox } from "@relais/outbox";
import { checkStock, mailOf, type Shop } from "./shop.ts";

const Order = defineEntity({
  name: "Order",
  tableName: "orders",
  properties: { id: p.integer().primary(), item: p.text() },
});

/** MikroORM: `fromMikroOrm(em)`. What it holds back until the end, as `em.persist` does, is of the same transaction. */
export async function mikroOrmShop(outbox: Outbox, url: string): Promise<Shop> {
  const orm = await MikroORM.init({ clientUrl: url, entities: [Order] });
  return {
    name: "MikroORM",
    order: (item) =>
      orm.em.transactional(async (em) => {
        em.create(Order, { item });
        const { id } = await outbox.enqueue(mailOf(item), { tx: fromMikroOrm(em) });
        checkStock(item);
        return id;
      }),
    close: () => orm.close(),
  };
}
