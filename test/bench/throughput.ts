import { type Contender, contenders } from "./contenders.ts";
import type { Sink } from "./start-sink.ts";
import { median, table, verdict } from "./statistics.ts";

const mails = 2_000;
const inFlight = 50;
const rounds = 9;
const target = 0.97;

interface Round {
  /** Mails a second. */
  readonly rate: number;
  /** CPU time of this process a mail, µs. */
  readonly cpu: number;
}

async function round({ send }: Contender): Promise<Round> {
  globalThis.gc?.();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < mails) await send(next++);
  };
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (mails / ms) * 1_000, cpu: (user + system) / mails };
}

/** Both in turns, ABBA, so that whatever else the machine does meets both. */
async function duel(sink: Sink, prepared: boolean): Promise<{ rows: string[][]; ratio: number }> {
  const both = await contenders(sink, 5, prepared ? mails : undefined);
  const results = { relais: [] as Round[], nodemailer: [] as Round[] };
  const order = ["relais", "nodemailer"] as const;
  for (let i = -2; i < rounds; i++) {
    for (const who of i % 2 === 0 ? order : order.toReversed()) {
      const result = await round(both[who]);
      if (i >= 0) results[who].push(result); // the first ones are for warming up
    }
  }
  for (const who of order) await both[who].close();
  const sent = await sink.accepted();
  if (sent !== 2 * mails * (rounds + 2)) throw new Error(`the server took ${sent} mails`);

  const rate = (who: "relais" | "nodemailer"): number => median(results[who].map((one) => one.rate));
  const cpu = (who: "relais" | "nodemailer"): number => median(results[who].map((one) => one.cpu));
  const rows = order.map((who) => {
    const rates = results[who].map((one) => one.rate);
    const cells = [rate(who), Math.min(...rates), Math.max(...rates), cpu(who)];
    return [`${who}, ${prepared ? "prepared" : "composing"}`, ...cells.map((value) => value.toFixed(0))];
  });
  const ratio = rate("relais") / rate("nodemailer");
  return {
    rows: [...rows, ["  ratio", ratio.toFixed(3), "", "", (cpu("relais") / cpu("nodemailer")).toFixed(3)]],
    ratio,
  };
}

/** Mails of 2 KB over 5 connections: a chain with smtp() and all its policies, and nodemailer's pool alone. */
export async function throughput(sink: Sink): Promise<string> {
  const ready = await duel(sink, true);
  const composing = await duel(sink, false);
  const head = ["", "mails/s", "least", "most", "CPU µs"];
  return [
    table(
      `Throughput: ${mails} mails of 2 KB, ${inFlight} in flight, 5 connections (median of ${rounds} rounds)`,
      head,
      [...ready.rows, ...composing.rows],
    ),
    verdict(
      `at least ${target} of nodemailer's, from prepared mails: ${ready.ratio.toFixed(3)}`,
      ready.ratio >= target,
    ),
  ].join("\n");
}
