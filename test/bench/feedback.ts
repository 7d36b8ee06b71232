// What feedback costs: events that are stored a second, and what the check of a list of a million addresses takes of a
// worker. `node --conditions=@relais/source test/bench/feedback.ts`
import { randomUUID } from "node:crypto";
import { createChain, type FeedbackEvent, type Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createOutbox, createWorker, type Outbox, type WorkerOptions } from "@relais/outbox";
import { smtp } from "@relais/smtp";
import { postgresServer } from "../../packages/outbox/test/postgres-server.ts";
import { batch, fill } from "./outbox-rates.ts";
import { startSink } from "./start-sink.ts";

const addresses = Number(process.env.RELAIS_BENCH_ADDRESSES ?? 1_000_000);
const messages = Number(process.env.RELAIS_BENCH_MESSAGES ?? 5_000);
const rounds = Number(process.env.RELAIS_BENCH_ROUNDS ?? 7);
const events = 20_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

async function worked(
  outbox: Outbox,
  provider: Provider,
  suppression: WorkerOptions["suppression"],
): Promise<number> {
  await outbox.database.query("truncate relais.message, relais.attempt, relais.attachment");
  await fill(outbox, messages);
  let done = 0;
  const finished = Promise.withResolvers<void>();
  const worker = createWorker(outbox, createChain([provider], { policies: [] }), {
    concurrency: batch,
    suppression,
    observers: [
      (event) => {
        if (event.type === "settled" && ++done === messages) finished.resolve();
      },
    ],
  });
  const from = performance.now();
  await worker.start();
  await finished.promise;
  const rate = messages / ((performance.now() - from) / 1_000);
  await worker.stop();
  return rate;
}

/** With and without the check, in turns: how fast the machine is changes more than the check does. */
async function checkCost(outbox: Outbox, name: string, provider: Provider): Promise<void> {
  const rates: Record<"defer" | "off", number[]> = { defer: [], off: [] };
  const shares: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (["off", "defer"] as const) : (["defer", "off"] as const);
    for (const suppression of order) rates[suppression].push(await worked(outbox, provider, suppression));
    shares.push((rates.defer.at(-1) as number) / (rates.off.at(-1) as number));
  }
  const [on, off] = [median(rates.defer), median(rates.off)].map(Math.round);
  const cost = ((1 - median(shares)) * 100).toFixed(1);
  say(
    `${name}: ${off} messages/s without, ${on} with the check of ${addresses} addresses: ${cost} % (median of ${rounds})`,
  );
}

async function eventRate(outbox: Outbox, atOnce: number, perRequest: number): Promise<void> {
  await outbox.database.query(
    "truncate relais.event, relais.suppression, relais.message, relais.attempt, relais.attachment",
  );
  await fill(outbox, events);
  const rows = await outbox.database.query<{ id: string }>("select id::text from relais.message");
  const told = rows.map(
    ({ id: message }, i): FeedbackEvent => ({
      type: i % 50 === 0 ? "bounced" : i % 50 === 1 ? "complained" : "delivered",
      ...(i % 50 === 0 ? { bounce: i % 100 === 0 ? ("hard" as const) : ("soft" as const) } : {}),
      recipient: `p${i}@example.net`,
      provider: "SES",
      source: "sns",
      eventId: randomUUID(),
      message,
      at: Date.now(),
    }),
  );
  const from = performance.now();
  let next = 0;
  const request = async (): Promise<void> => {
    while (next < told.length) {
      const some = told.slice(next, next + perRequest);
      next += perRequest;
      await outbox.feedback.record(some);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, request));
  const rate = Math.round(events / ((performance.now() - from) / 1_000));
  say(`events, ${perRequest} a request, ${atOnce} requests at once: ${rate}/s`);
}

const server = await postgresServer();
const outbox = await createOutbox({ database: await server.database() });
await eventRate(outbox, 1, 1);
await eventRate(outbox, 10, 1);
await eventRate(outbox, 4, 50);
await outbox.database.query(
  `insert into relais.suppression (address, reason, source)
   select 'p' || i || '@example.com', 'bounced', 'bench' from generate_series(1, $1::int) i`,
  [addresses],
);
await outbox.database.query("vacuum analyze relais.suppression");
const sink = await startSink();
const overWire = smtp({ host: sink.host, port: sink.port, pool: { maxConnections: batch } });
const noop: Provider = {
  id: "NOOP",
  async send({ id }, { envelope, handOver }) {
    await handOver();
    return receipt({ provider: "NOOP", messageId: id, accepted: envelope.to });
  },
};
await worked(outbox, noop, "defer");
await checkCost(outbox, "a provider that does nothing", noop);
await checkCost(outbox, "SMTP", overWire);
await overWire.close?.();
await outbox.close();
await sink.stop();
await server.stop();
