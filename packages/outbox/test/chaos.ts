import { setTimeout as sleep } from "node:timers/promises";
import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { createOutbox, type Outbox } from "@relais/outbox";
import { expect } from "vitest";
import { breakingWay } from "./breaking-way.ts";
import { workforce } from "./chaos-workforce.ts";
import { randomOf } from "./database/random.ts";
import { postgresServer } from "./postgres-server.ts";
import { until } from "./scripted.ts";

/** What goes wrong, and how long. */
export interface ChaosPlan {
  /** How long things go wrong. */
  readonly chaosMs: number;
  /** How often the database crashes meanwhile. */
  readonly restarts: number;
  readonly messages: number;
}

const seed = Number(process.env.RELAIS_CHAOS_SEED ?? Date.now() % 1_000_000);
/** Of what passes between the workers and the database, how much breaks. */
const breaks = { cut: Number(process.env.RELAIS_CHAOS_CUT ?? 0.002), hang: 0.0001, hangMs: 15_000 };

function misbehave(smtp: SmtpServer, ses: SesServer, random: () => number): void {
  const some = <T>(share: number, action: T): T | undefined => (random() < share ? action : undefined);
  smtp.script({
    connect: () => some(0.03, { reset: true }),
    mail: () => some(0.05, { reply: "451 4.3.0 later" }),
    rcpt: () =>
      some(0.02, { reply: "450 4.2.0 greylisted" }) ?? some(0.005, { reply: "550 5.1.1 no such user" }),
    data: () => some(0.02, { reply: "421 4.3.2 closing" }),
    dot: () =>
      some(0.02, { reset: true }) ??
      some(0.01, { reply: "452 4.3.1 full" }) ??
      some(0.003, { stall: true }) ??
      some(0.02, { delayMs: 50 }),
  });
  ses.fault(
    () =>
      some(0.05, { error: { code: "Throttling", message: "Maximum sending rate exceeded.", status: 400 } }) ??
      some(0.03, { reset: "afterAccept" as const }) ??
      some(0.03, { reset: "beforeProcessing" as const }) ??
      some(0.01, { stall: "afterAccept" as const }) ??
      some(0.03, { status: 503, body: "<html>" }),
  );
}

/** Copies at the far ends, by the message's id. */
function copies(smtp: SmtpServer, ses: SesServer): Map<string, number> {
  const count = new Map<string, number>();
  for (const bytes of [...smtp.accepted.map(({ data }) => data), ...ses.accepted.map(({ raw }) => raw)]) {
    const id = /^X-Relais-Id: (\S+)/im.exec(bytes.toString("latin1"))?.[1] ?? "none";
    count.set(id, (count.get(id) ?? 0) + 1);
  }
  return count;
}

async function fill(outbox: Outbox, messages: number): Promise<void> {
  const entries = Array.from({ length: messages }, (_, i) => ({
    message: { to: `p${i}@example.net`, subject: `No ${i}`, text: "Hello\n" },
    options: { tenant: `t${i % 7}`, ...(i % 20 === 0 ? { onUnknown: "resend" as const } : {}) },
  }));
  await outbox.enqueueMany(entries);
}

/** Three workers over a database and two far ends that all misbehave: no message is lost, and none is there twice. */
export async function chaos({ chaosMs, restarts, messages }: ChaosPlan): Promise<void> {
  const random = randomOf(seed);
  const server = await postgresServer();
  const url = await server.database();
  const [smtp, ses] = await Promise.all([smtpServer(), sesServer({ region: "eu-west-1" })]);
  const outbox = await createOutbox({ database: url, from: "shop@example.org" });
  await fill(outbox, messages);
  misbehave(smtp, ses, random);
  const way = await breakingWay(Number(new URL(url).port), breaks, random);
  const overWay = Object.assign(new URL(url), { port: String(way.port) });
  const workers = workforce([overWay.href, String(smtp.port), ses.endpoint], random);
  for (let crash = 0; crash < restarts; crash++) {
    await sleep(chaosMs / (restarts + 1));
    await server.restart();
  }
  await sleep(chaosMs / (restarts + 1));
  workers.calm();
  way.calm();
  smtp.script({});
  ses.fault();
  const stats = () => outbox.stats().catch(() => undefined);
  // How long that takes says how busy the machine is, and what is left to send, and nothing about chaos.
  const over = await until(
    stats,
    (now) => now !== undefined && now.byState.queued + now.byState.sending + now.byState.deferred === 0,
    300_000,
  ).catch(() => undefined);
  const codes = await workers.end();
  expect(over, "some messages have not ended").toBeDefined();
  const rows = await outbox.database.query<{
    id: string;
    state: string;
    on_unknown: string;
    unknowns: number;
    successes: number;
    attempts: unknown;
    resent: boolean;
  }>(
    `select id::text, state, on_unknown,
     (select count(*)::int from relais.attempt a where a.message = m.id and a.kind = 'unknown') as unknowns,
     (select count(*)::int from relais.attempt a where a.message = m.id and a.kind = 'accepted') as successes,
     (select jsonb_agg(to_jsonb(a) - 'recipients' order by seq) from relais.attempt a where a.message = m.id) as attempts,
     delivery_trace->'resolution'->>'as' = 'resend' as resent from relais.message m`,
  );
  const arrived = copies(smtp, ses);
  const twice = rows.filter(({ id }) => (arrived.get(id) ?? 0) > 1);
  const kinds = await outbox.database.query(
    "select coalesce(kind, 'in flight') as kind, count(*)::int as count from relais.attempt group by 1 order by 2 desc",
  );
  process.stdout.write(
    `chaos, seed ${seed}: ${workers.kills()} kills, ${workers.freezes()} freezes, ${restarts} restarts, ways ${JSON.stringify(way.broken())}, ${JSON.stringify(over?.byState)}, ` +
      `${twice.length} arrived more than once; attempts ${JSON.stringify(kinds)}\n`,
  );
  expect(rows).toHaveLength(messages);
  expect(arrived.has("none")).toBe(false);
  // With the default nobody gets two; the others had an unknown attempt, and a resend that was chosen.
  expect(twice.filter(({ on_unknown, resent }) => on_unknown !== "resend" || !resent)).toEqual([]);
  expect(rows.filter(({ id, state }) => state === "sent" && !arrived.has(id))).toEqual([]);
  // Each that was sent has one attempt that says so, and no other has one: nobody has written over what another did.
  // Of those that are sent again each copy may say so: a worker that was frozen tells late that it was taken.
  const wrong = rows.filter(({ id, state, on_unknown, successes }) => {
    const least = state === "sent" ? 1 : 0;
    const most = on_unknown === "hold" ? least : (arrived.get(id) ?? 0);
    return successes < least || successes > most;
  });
  expect(wrong).toEqual([]);
  // What nobody has was refused, or is unknown and on somebody's list: nothing is lost.
  const nowhere = rows.filter(({ id }) => !arrived.has(id));
  expect(nowhere.filter(({ state }) => state !== "failed" && state !== "unknown")).toEqual([]);
  expect(rows.filter(({ state, unknowns }) => state === "unknown" && unknowns === 0)).toEqual([]);
  expect([codes, workers.crashes()]).toEqual([[0, 0, 0], []]);
  await outbox.close();
  await Promise.all([smtp.close(), ses.close(), way.close()]);
  await server.stop();
}
