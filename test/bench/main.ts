// What Relais costs: `pnpm bench`. Numbers of one run on one machine; the ratios are what to compare.
import { availableParallelism, loadavg } from "node:os";
import { chainCost } from "./chain-cost.ts";
import { latency } from "./latency.ts";
import { observers } from "./observers.ts";
import { outage } from "./outage.ts";
import { outbox } from "./outbox.ts";
import { startSink } from "./start-sink.ts";
import { throughput } from "./throughput.ts";

const others = (loadavg()[0] ?? 0).toFixed(1);
console.log(`Node ${process.version}, ${availableParallelism()} cores, load before it began ${others}`);
console.log(await chainCost());
console.log(await observers());
const sink = await startSink();
try {
  console.log(await throughput(sink));
  console.log(await latency(sink));
  console.log(await outbox(sink));
} finally {
  sink.stop();
}
console.log(await outage());
