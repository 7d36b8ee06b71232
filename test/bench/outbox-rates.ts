import { createChain, type MessageInput, type Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createOutbox, createWorker, type Outbox } from "@relais/outbox";
import { smtp } from "@relais/smtp";
import { PgBoss } from "pg-boss";
import type { PostgresServer } from "../../packages/outbox/test/postgres-server.ts";
import type { Sink } from "./start-sink.ts";

/** Messages that go together: jobs a fetch, and messages under way at once. */
export const batch = 50;
const jobs = 10_000;

const note: MessageInput = {
  from: "shop@example.org",
  to: "ann@example.net",
  subject: "Your order",
  text: "It is on its way.\n",
};
const row = (n: number): string =>
  `<tr><td style="padding:4px 8px">${n} x article ${n * 7919}</td><td align="right">${n * 3}.${n % 90} EUR</td></tr>\n`;
/** Some 90 bytes a row. */
const table = (rows: number): MessageInput => ({
  ...note,
  html: `<table width="600">${Array.from({ length: rows }, (_, n) => row(n + 10)).join("")}</table>`,
});

/** What is sent, and how many of it. */
export interface Mails {
  readonly message: MessageInput;
  readonly count: number;
}

/** A line of text; what a shop sends, text and some 8 KB of HTML; and what a newsletter has, 30 KB. */
export const letters: { readonly note: Mails; readonly order: Mails; readonly newsletter: Mails } = {
  note: { message: note, count: 5_000 },
  order: { message: table(90), count: 3_000 },
  newsletter: { message: table(340), count: 1_500 },
};

const noop: Provider = {
  id: "NOOP",
  async send({ id }, { envelope, handOver }) {
    await handOver();
    return receipt({ provider: "NOOP", messageId: id, accepted: envelope.to });
  },
};

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return count / ((performance.now() - began) / 1_000);
}

/** pg-boss alone: what it costs to know who does what. */
export async function bare(server: PostgresServer): Promise<number> {
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

/** Puts messages into an outbox, by plain SQL. */
export async function fill(outbox: Outbox, count: number, message: MessageInput = note): Promise<void> {
  await outbox.database.query(
    `insert into relais.message (content, recipients)
     select $1::jsonb, array['ann@example.net'] from generate_series(1, $2::int)`,
    [JSON.stringify(message), count],
  );
  await outbox.database.query("analyze relais.message");
}

/** Messages a second through a worker that has started, until all that waits has been sent. */
async function worked(outbox: Outbox, provider: Provider, count: number): Promise<number> {
  let done = 0;
  const finished = Promise.withResolvers<void>();
  const worker = createWorker(outbox, createChain([provider], { policies: [] }), {
    concurrency: batch,
    observers: [
      (event) => {
        if (event.type === "settled" && ++done === count) finished.resolve();
      },
    ],
  });
  await worker.start();
  const rate = await perSecond(count, () => finished.promise);
  await worker.stop();
  return rate;
}

/** A worker over a provider that does nothing. */
export async function noopWorker(outbox: Outbox, count: number = jobs): Promise<number> {
  await fill(outbox, count);
  return worked(outbox, noop, count);
}

/** The same over a database of its own. */
export async function ours(server: PostgresServer): Promise<number> {
  const outbox = await createOutbox({ database: await server.database() });
  const rate = await noopWorker(outbox);
  await outbox.close();
  return rate;
}

const overWire = ({ host, port }: Sink): Provider => smtp({ host, port, pool: { maxConnections: batch } });

/** As many mails as may be under way: whoever is measured next finds the connections open. */
async function warm(provider: Provider, message: MessageInput): Promise<void> {
  const chain = createChain([provider], { policies: [] });
  await Promise.all(Array.from({ length: batch }, () => chain.send(message)));
}

/** The chain alone, with as much under way as a worker has. */
export async function chainAlone(sink: Sink, { message, count }: Mails): Promise<number> {
  const provider = overWire(sink);
  await warm(provider, message);
  const chain = createChain([provider], { policies: [] });
  let left = count;
  const rate = await perSecond(count, async () => {
    await Promise.all(
      Array.from({ length: batch }, async () => {
        while (left-- > 0) await chain.send(message);
      }),
    );
  });
  await chain.close();
  return rate;
}

/** A worker over the same chain. */
export async function behindOutbox(
  server: PostgresServer,
  sink: Sink,
  { message, count }: Mails,
): Promise<number> {
  const outbox = await createOutbox({ database: await server.database() });
  await fill(outbox, count, message);
  const provider = overWire(sink);
  await warm(provider, message);
  const rate = await worked(outbox, provider, count);
  await provider.close?.();
  await outbox.close();
  return rate;
}
