// A worker in a process of its own: `outbox.ts` asks how fast it is and what it needs.
import { createChain } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createOutbox, createWorker } from "@relais/outbox";

const [database = "", count = "0", concurrency = "10"] = process.argv.slice(2);
const outbox = await createOutbox({ database });
const noop = {
  id: "NOOP",
  async send(
    { id }: { id: string },
    context: { envelope: { to: readonly string[] }; handOver(): Promise<void> },
  ) {
    await context.handOver();
    return receipt({ provider: "NOOP", messageId: id, accepted: context.envelope.to });
  },
};
const finished = Promise.withResolvers<void>();
let done = 0;
const worker = createWorker(outbox, createChain([noop]), {
  concurrency: Number(concurrency),
  observers: [
    (event) => {
      if (event.type === "settled" && ++done === Number(count)) finished.resolve();
    },
  ],
});
const began = performance.now();
await worker.start();
await finished.promise;
const seconds = (performance.now() - began) / 1_000;
const { rss } = process.memoryUsage();
await worker.stop();
await outbox.close();
process.stdout.write(JSON.stringify({ rate: Number(count) / seconds, rssMb: rss / 1e6 }));
