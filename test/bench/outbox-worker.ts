// A worker in a process of its own: `outbox.ts` asks how fast it is and what it needs. Ends when it has sent `count`, or
// when nothing more has come for half a second.
import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createOutbox, createWorker } from "@relais/outbox";

const [database = "", count = "0", concurrency = "10", providerMs = "0", startAt = "0"] =
  process.argv.slice(2);
const outbox = await createOutbox({ database });
const slow: Provider = {
  id: "SLOW",
  async send({ id }, { envelope, handOver }) {
    await handOver();
    if (Number(providerMs) > 0) await sleep(Number(providerMs));
    return receipt({ provider: "SLOW", messageId: id, accepted: envelope.to });
  },
};
let done = 0;
let last = 0;
const worker = createWorker(outbox, createChain([slow], { policies: [] }), {
  concurrency: Number(concurrency),
  observers: [
    (event) => {
      if (event.type !== "settled") return;
      done += 1;
      last = performance.now();
    },
  ],
});
await sleep(Math.max(0, Number(startAt) - Date.now()));
await worker.start();
const from = performance.now();
while (done < Number(count) && performance.now() - Math.max(from, last) < 500) await sleep(5);
const { rss } = process.memoryUsage();
await worker.stop();
await outbox.close();
process.stdout.write(JSON.stringify({ done, seconds: (last - from) / 1_000, rssMb: rss / 1e6 }));
