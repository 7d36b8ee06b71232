import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createChain, type Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createOutbox, createWorker, type Outbox } from "@relais/outbox";
import { smtp } from "@relais/smtp";
import { PgBoss } from "pg-boss";
import { type PostgresServer, postgresServer } from "../../packages/outbox/test/postgres-server.ts";
import { needs } from "../repo/system.ts";
import type { Sink } from "./start-sink.ts";
import { median, table, verdict } from "./statistics.ts";

const run = promisify(execFile);
const jobs = 4_000;
const mails = 2_000;
const batch = 50;
const rounds = 3;
const message = { to: "ann@example.net", subject: "Your order", text: "It is on its way.\n" };

const noop: Provider = {
  id: "NOOP",
  async send({ id }, { envelope, handOver }) {
    await handOver();
    return receipt({ provider: "NOOP", messageId: id, accepted: envelope.to });
  },
};

const perSecond = async (count: number, work: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await work();
  return count / ((performance.now() - began) / 1_000);
};

/** pg-boss alone, with the settings of the outbox's queue: what it costs to know who does what. */
async function bare(server: PostgresServer): Promise<number> {
  const boss = new PgBoss({ connectionString: await server.database(), schedule: false });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.createQueue("bare", { policy: "exclusive", partition: true, heartbeatSeconds: 10 });
  for (let i = 0; i < jobs; i += 500) {
    await boss.insert(
      "bare",
      Array.from({ length: 500 }, (_, n) => ({ singletonKey: String(i + n), data: { id: i + n } })),
    );
  }
  const rate = await perSecond(jobs, async () => {
    for (;;) {
      const fetched = await boss.fetch("bare", { batchSize: batch });
      if (fetched.length === 0) return;
      await boss.complete("bare", fetched);
    }
  });
  await boss.stop({ graceful: false });
  return rate;
}

async function fill(outbox: Outbox, count: number): Promise<void> {
  await outbox.database.query(
    `insert into relais.message (content, recipients)
     select $1::jsonb, array['ann@example.net'] from generate_series(1, $2::int)`,
    [JSON.stringify({ ...message, from: "shop@example.org" }), count],
  );
  await outbox.database.query("analyze relais.message");
}

/** Messages a second through a worker, from its start until `count` have been sent. */
async function worked(
  outbox: Outbox,
  provider: Provider,
  count: number,
  concurrency: number,
): Promise<number> {
  let done = 0;
  const finished = Promise.withResolvers<void>();
  const worker = createWorker(outbox, createChain([provider]), {
    concurrency,
    observers: [
      (event) => {
        if (event.type === "settled" && ++done === count) finished.resolve();
      },
    ],
  });
  const rate = await perSecond(count, async () => {
    await worker.start();
    await finished.promise;
  });
  await worker.stop();
  return rate;
}

async function ours(server: PostgresServer): Promise<number> {
  const outbox = await createOutbox({ database: await server.database() });
  await fill(outbox, jobs);
  const rate = await worked(outbox, noop, jobs, batch);
  await outbox.close();
  return rate;
}

/** The chain alone, and the worker over the same chain, to the same sink. */
async function overSmtp(server: PostgresServer, { host, port }: Sink): Promise<[number, number]> {
  const provider = (): Provider => smtp({ host, port, pool: { maxConnections: 20 } });
  const alone = provider();
  const chain = createChain([alone]);
  const mail = { ...message, from: "shop@example.org" };
  await Promise.all(Array.from({ length: 20 }, () => chain.send(mail)));
  let left = mails;
  const plain = await perSecond(mails, async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        while (left-- > 0) await chain.send(mail);
      }),
    );
  });
  await chain.close();
  const outbox = await createOutbox({ database: await server.database() });
  await fill(outbox, mails);
  const behind = provider();
  const through = await worked(outbox, behind, mails, batch);
  await behind.close?.();
  await outbox.close();
  return [plain, through];
}

interface Backlog {
  readonly rate: number;
  readonly rssMb: number;
}

/** How the claim keeps up with what is waiting, and what a worker needs: in a process of its own. */
async function backlog(server: PostgresServer, waiting: number): Promise<Backlog> {
  const database = await server.database();
  const outbox = await createOutbox({ database });
  await fill(outbox, waiting);
  await outbox.close();
  const program = new URL("./outbox-worker.ts", import.meta.url).pathname;
  const args = ["--conditions=@relais/source", program, database, "1000", String(batch)];
  return JSON.parse((await run(process.execPath, args)).stdout) as Backlog;
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");

/** What the outbox costs over the queue that it is built on, and over the chain alone. */
export async function outbox(sink: Sink): Promise<string> {
  if (!needs("postgres")) return "Outbox: PostgreSQL is not installed, nothing was measured.\n";
  const server = await postgresServer();
  try {
    const pairs: [number, number][] = [];
    for (let round = 0; round < rounds; round++) pairs.push([await bare(server), await ours(server)]);
    const [plain, through] = [median(pairs.map(([one]) => one)), median(pairs.map(([, two]) => two))];
    const smtpPairs: [number, number][] = [];
    for (let round = 0; round < rounds; round++) smtpPairs.push(await overSmtp(server, sink));
    const [chain, worker] = [median(smtpPairs.map(([one]) => one)), median(smtpPairs.map(([, two]) => two))];
    const few = await backlog(server, 1_000);
    const many = await backlog(server, 200_000);
    const rows = [
      ["bare pg-boss, fetch and complete", whole(plain), ""],
      ["worker, no-op provider", whole(through), `${(through / plain).toFixed(2)}x`],
      ["chain alone, SMTP to a sink", whole(chain), ""],
      ["worker, the same chain", whole(worker), `${(worker / chain).toFixed(2)}x`],
      ["worker, 1,000 waiting", whole(few.rate), ""],
      ["worker, 200,000 waiting", whole(many.rate), `${(many.rate / few.rate).toFixed(2)}x`],
    ];
    return [
      table(`Outbox on PostgreSQL, batches of ${batch}, median of ${rounds}`, ["", "a second", ""], rows),
      verdict("the worker keeps up with half of bare pg-boss", through >= plain * 0.5),
      verdict("the worker keeps up with 0.8 of the chain alone", worker >= chain * 0.8),
      verdict("claims cost at most twice as much with 200,000 waiting", many.rate >= few.rate * 0.5),
      verdict(`a worker needs less than 250 MB (${whole(many.rssMb)} MB)`, many.rssMb < 250),
      "",
    ].join("\n");
  } finally {
    await server.stop();
  }
}
