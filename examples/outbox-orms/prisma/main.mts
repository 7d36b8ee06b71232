// An order and its mail in one transaction of Prisma. Its client is written by a program, so this is no workspace:
//   npm install prisma @prisma/client @prisma/adapter-pg @relais/outbox
//   npx prisma generate                      with schema.prisma beside it
//   DATABASE_URL=postgres://… node main.mts
import { PrismaPg } from "@prisma/adapter-pg";
import { createOutbox, fromPrisma } from "@relais/outbox";
import { PrismaClient } from "./generated/client.ts";

const url = process.env.DATABASE_URL ?? "postgres://localhost/shop";
const outbox = await createOutbox({ database: url, from: "shop@example.org" });
await outbox.database.query("create table if not exists orders (id serial primary key, item text not null)");
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });

const order = (item: string) =>
  prisma.$transaction(async (tx) => {
    await tx.orders.create({ data: { item } });
    const mail = { to: "ann@example.net", subject: `Your ${item}`, text: `Your ${item} is on its way.` };
    const { id } = await outbox.enqueue(mail, { tx: fromPrisma(tx) });
    if (item === "nothing") throw new Error("there is none left");
    return id;
  });
const counted = async () => `${await prisma.orders.count()} orders, ${(await outbox.list()).length} mails`;

const mail = await outbox.get(await order("teapot"));
console.log(mail?.subject, mail?.state, await counted());
const told = await order("nothing").catch((error: Error) => error.message);
console.log(told, await counted());

await prisma.$disconnect();
await outbox.close();
