import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { createOutbox } from "@relais/outbox";
import { type PostgresServer, postgresServer } from "../../packages/outbox/test/postgres-server.ts";
import { needs } from "../repo/system.ts";
import { bare, batch, behindOutbox, chainAlone, fill, letters, ours } from "./outbox-rates.ts";
import { type Sink, startSink } from "./start-sink.ts";
import { duel, table, verdict } from "./statistics.ts";

const run = promisify(execFile);
const rounds = 5;
/** A provider that takes this long leaves the cores free: two workers are held up by their slots alone. */
const slowMs = 20;
const slots = 10;
/** How long a server takes that stores what it says it has. */
const storesMs = 50;

interface Measured {
  readonly done: number;
  readonly seconds: number;
  readonly rssMb: number;
}

/** Workers in processes of their own, all at once, over `waiting` messages. */
async function workers(
  server: PostgresServer,
  howMany: number,
  waiting: number,
  args: readonly number[],
): Promise<{ readonly rate: number; readonly rssMb: number }> {
  const database = await server.database();
  const outbox = await createOutbox({ database });
  await fill(outbox, waiting);
  await outbox.close();
  const program = new URL("./outbox-worker.ts", import.meta.url).pathname;
  const startAt = Date.now() + 2_500;
  const measured = await Promise.all(
    Array.from({ length: howMany }, async () => {
      const all = ["--conditions=@relais/source", program, database, ...args.map(String), String(startAt)];
      return JSON.parse((await run(process.execPath, all)).stdout) as Measured;
    }),
  );
  const done = measured.reduce((sum, one) => sum + one.done, 0);
  const seconds = Math.max(...measured.map((one) => one.seconds));
  return { rate: done / seconds, rssMb: Math.max(...measured.map(({ rssMb }) => rssMb)) };
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const times = (value: number): string => `${value.toFixed(2)}x`;

/** What the outbox costs over the queue that it is built on, and over the chain alone. */
export async function outbox(sink: Sink): Promise<string> {
  if (!needs("postgres")) return "Outbox: PostgreSQL is not installed, nothing was measured.\n";
  const server = await postgresServer();
  const storing = await startSink({ answerMs: storesMs });
  try {
    const queue = await duel(
      () => bare(server),
      () => ours(server),
    );
    const wires = [
      { what: "to a sink, a line of text", to: sink, mails: letters.note },
      { what: "to a sink, 8 KB of HTML", to: sink, mails: letters.order },
      { what: "to a sink, 30 KB of HTML", to: sink, mails: letters.newsletter },
      { what: `to a server that takes ${storesMs} ms to answer`, to: storing, mails: letters.note },
    ];
    const overSmtp: {
      readonly what: string;
      readonly plain: number;
      readonly through: number;
      readonly ratio: number;
    }[] = [];
    for (const { what, to, mails } of wires) {
      const measured = await duel(
        () => chainAlone(to, mails),
        () => behindOutbox(server, to, mails),
      );
      overSmtp.push({ what, ...measured });
    }
    const few = await workers(server, 1, 1_500, [1_000, batch, 0]);
    const many = await workers(server, 1, 200_000, [1_000, batch, 0]);
    const one = await workers(server, 1, 2_000, [2_000, slots, slowMs]);
    const two = await workers(server, 2, 4_000, [4_000, slots, slowMs]);
    const rows = [
      ["bare pg-boss, fetch and complete", whole(queue.plain), ""],
      ["worker, no-op provider", whole(queue.through), times(queue.ratio)],
      ...overSmtp.flatMap(({ what, plain, through, ratio }) => [
        [`chain alone, SMTP ${what}`, whole(plain), ""],
        ["worker, the same chain", whole(through), times(ratio)],
      ]),
      ["worker, 1,500 waiting", whole(few.rate), ""],
      ["worker, 200,000 waiting", whole(many.rate), times(many.rate / few.rate)],
      [`worker of ${slots} slots, a provider that takes ${slowMs} ms`, whole(one.rate), ""],
      ["two such workers", whole(two.rate), times(two.rate / one.rate)],
    ];
    return [
      table(
        `Outbox on PostgreSQL, ${batch} at once, median of ${rounds}, sink and server on the same ${availableParallelism()} cores`,
        ["", "a second", ""],
        rows,
      ),
      verdict("the worker keeps up with half of bare pg-boss", queue.ratio >= 0.5),
      ...overSmtp.map(({ what, ratio }) =>
        verdict(`the worker keeps up with 0.8 of the chain alone, ${what}`, ratio >= 0.8),
      ),
      verdict("claims cost at most twice as much with 200,000 waiting", many.rate >= few.rate * 0.5),
      verdict(`a worker needs less than 250 MB (${whole(many.rssMb)} MB)`, many.rssMb < 250),
      verdict("two workers do 1.5 times as much as one", two.rate >= one.rate * 1.5),
      "",
    ].join("\n");
  } finally {
    storing.stop();
    await server.stop();
  }
}
