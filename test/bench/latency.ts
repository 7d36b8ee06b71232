import { type Contender, contenders } from "./contenders.ts";
import type { Sink } from "./start-sink.ts";
import { quantile, table } from "./statistics.ts";

const rounds = 8;
const mails = 500;

async function times({ send }: Contender): Promise<number[]> {
  const ms: number[] = [];
  for (let n = 0; n < mails; n++) {
    const began = performance.now();
    await send(n);
    ms.push(performance.now() - began);
  }
  return ms;
}

/** How long one mail takes, over one connection that is kept, one after another; both in turns. */
export async function latency(sink: Sink): Promise<string> {
  const { relais, nodemailer } = await contenders(sink, 1, mails);
  const all = { relais: [] as number[], nodemailer: [] as number[] };
  for (let i = -1; i < rounds; i++) {
    for (const contender of [relais, nodemailer]) {
      const ms = await times(contender);
      if (i >= 0) all[contender.name as keyof typeof all].push(...ms);
    }
  }
  await relais.close();
  await nodemailer.close();
  await sink.accepted();
  const rows = Object.entries(all).map(([name, ms]) => [
    name,
    ...[0.5, 0.9, 0.99].map((share) => quantile(ms, share).toFixed(3)),
  ]);
  return table(
    `Latency: 1 connection, ${rounds * mails} prepared mails each, ms`,
    ["", "p50", "p90", "p99"],
    rows,
  );
}
