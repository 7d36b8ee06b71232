import type { Outbox, OutboxMessage } from "@relais/outbox";

/** A customer's order. */
export interface NewOrder {
  readonly item: string;
  readonly email: string;
}

export interface Order extends NewOrder {
  readonly id: number;
  /** The id of its mail in the outbox. */
  readonly mail: string;
}

/** The order is rolled back, including its mail. */
export class OutOfStock extends Error {}

/** The application's own tables, in the database of the outbox. */
export async function createTables({ database }: Outbox): Promise<void> {
  await database.query(`
    create table if not exists orders (
      id int generated always as identity primary key,
      item text not null,
      email text not null,
      mail uuid
    );
    create table if not exists stock (item text primary key, count int not null);
    insert into stock values ('teapot', 2), ('cup', 0) on conflict do nothing;`);
}

/**
 * Stores the order and enqueues its mail in one transaction: both or neither.
 * @throws {OutOfStock} if the item is sold out
 */
export function placeOrder(outbox: Outbox, { item, email }: NewOrder): Promise<Order> {
  return outbox.database.transaction(async (tx) => {
    const sql = "insert into orders (item, email) values ($1, $2) returning id";
    const [order] = await tx.query<{ id: number }>(sql, [item, email]);
    if (order === undefined) throw new Error("the order was not written");
    const { id: mail } = await outbox.enqueue(
      { to: email, subject: `Your order ${order.id}`, text: `Your ${item} is on its way.\n` },
      { tx, idempotencyKey: `order-${order.id}` },
    );
    await tx.query("update orders set mail = $2 where id = $1", [order.id, mail]);
    const taken = await tx.query(
      "update stock set count = count - 1 where item = $1 and count > 0 returning count",
      [item],
    );
    if (taken.length === 0) throw new OutOfStock(`there is no ${item} left`);
    return { id: order.id, item, email, mail };
  });
}

/** An order, and the state of its mail. */
export async function readOrder(
  outbox: Outbox,
  id: number,
): Promise<{ readonly order: Order; readonly mail: OutboxMessage | undefined } | undefined> {
  const sql = "select id, item, email, mail::text from orders where id = $1";
  const [order] = await outbox.database.query<Order>(sql, [id]);
  return order && { order, mail: await outbox.get(order.mail) };
}
