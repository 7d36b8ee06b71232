import { fromSequelize, type Outbox } from "@relais/outbox";
import { DataTypes, Sequelize } from "sequelize";
import { checkStock, mailOf, type Shop } from "./shop.ts";

/** Sequelize: `fromSequelize(sequelize, transaction)`. */
export function sequelizeShop(outbox: Outbox, url: string): Shop {
  const db = new Sequelize(url, { logging: false });
  const orders = db.define("orders", { item: DataTypes.TEXT }, { timestamps: false });
  return {
    name: "Sequelize",
    order: (item) =>
      db.transaction(async (transaction) => {
        await orders.create({ item }, { transaction });
        const { id } = await outbox.enqueue(mailOf(item), { tx: fromSequelize(db, transaction) });
        checkStock(item);
        return id;
      }),
    close: () => db.close(),
  };
}
