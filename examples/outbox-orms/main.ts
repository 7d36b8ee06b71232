// An order and its mail in one transaction of the application, with different database libraries.
//   node main.ts                                     the outbox's own database, on PGlite
//   DATABASE_URL=postgres://… node main.ts [ITEM]    also pg and six ORMs, on your server; Prisma: see prisma/
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox } from "@relais/outbox";
import { openPool } from "./pool.ts";
import { drizzleShop } from "./with-drizzle.ts";
import { knexShop } from "./with-knex.ts";
import { kyselyShop } from "./with-kysely.ts";
import { mikroOrmShop } from "./with-mikro-orm.ts";
import { ownShop } from "./with-own-database.ts";
import { pgShop } from "./with-pg.ts";
import { sequelizeShop } from "./with-sequelize.ts";
import { typeOrmShop } from "./with-typeorm.ts";

const url = process.env.DATABASE_URL || undefined;
const folder = mkdtempSync(join(tmpdir(), "orms-"));
const pool = url === undefined ? undefined : openPool(url);
const from = "shop@example.org";
const outbox = await createOutbox({ ...(pool ? { database: pool } : { folder }), from });
await outbox.database.query(
  "create table if not exists orders (id int generated always as identity primary key, item text not null)",
);

const shops = [ownShop(outbox)];
if (url === undefined || pool === undefined) {
  console.log("without DATABASE_URL pg and the ORMs are left out");
} else {
  shops.push(
    pgShop(outbox, pool),
    drizzleShop(outbox, pool),
    knexShop(outbox, url),
    kyselyShop(outbox, pool),
    await typeOrmShop(outbox, url),
    await mikroOrmShop(outbox, url),
    sequelizeShop(outbox, url),
  );
}

async function counted(): Promise<string> {
  const [row] = await outbox.database.query<{ n: number }>("select count(*)::int as n from orders");
  const { byState } = await outbox.stats();
  return `${row?.n} orders, ${byState.queued} mails`;
}

console.log(`to begin with: ${await counted()}`);
for (const shop of shops) {
  const id = await shop.order(process.argv[2] ?? "teapot");
  const mail = await outbox.get(id);
  console.log(`${shop.name}: committed, “${mail?.subject}” is ${mail?.state}; ${await counted()}`);
  const told = await shop.order("nothing").catch((error: Error) => error.message);
  console.log(`${shop.name}: rolled back, ${told}; ${await counted()}`);
  await shop.close();
}

await outbox.close();
await pool?.end();
rmSync(folder, { recursive: true });
