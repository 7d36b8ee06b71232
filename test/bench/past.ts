// What the outbox costs that has millions of messages behind it, beside an empty one: `npm run bench:past`. It takes some
// minutes and, for 5,000,000 messages, 8 GB. `--messages N` for fewer, `--json` for the figures as JSON.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createOutbox, type Outbox } from "@relais/outbox";
import { postgresServer } from "../../packages/outbox/test/postgres-server.ts";
import { noopWorker } from "./outbox-rates.ts";
import { duel, median, table, verdict } from "./statistics.ts";

const { values: flags } = parseArgs({
  options: { messages: { type: "string", default: "5000000" }, json: { type: "boolean", default: false } },
});
const past = Number(flags.messages);
const purged = Math.round(past / 5);
const perRound = 20_000;
const enqueued = 2_000;

/**
 * Messages that were sent within twenty days, one in a thousand failed, with their attempts: as triggers would have counted
 * them, which would take an hour.
 */
const fillSql = `
  set session_replication_role = replica;
  insert into relais.message (id, content, recipients, state, provider, provider_message_id, accepted, attempts, claim,
    content_bytes, created_at, updated_at, not_before, expires_at, ended_at, delivery_trace)
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(int8send(
      (extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid,
    '{"from": "shop@example.org", "to": "ann@example.net", "subject": "Your order", "text": "It is on its way.\\n"}',
    array['customer-' || n || '@example.net'], state, case when state = 'sent' then 'NOOP' end, 'id-' || n,
    case when state = 'sent' then array['customer-' || n || '@example.net'] else '{}' end, 1, n, 106, at, at, at,
    at + interval '3 days', at,
    jsonb_build_object('v', 1, 'status', state, 'provider', 'NOOP', 'messageId', 'id-' || n, 'resolution', null,
      'attempts', jsonb_build_array(jsonb_build_object('n', 1, 'provider', 'NOOP', 'at', at, 'ms', 3,
        'phase', 'handed_over', 'success', true, 'messageId', 'id-' || n, 'worker', 'host-1234-abcd')))
  from (select n, now() - (${past} - n) * interval '20 days' / ${past} as at,
      case when n % 1000 = 0 then 'failed' else 'sent' end as state from generate_series(1, ${past}) n) s;
  insert into relais.attempt (message, seq, claim, worker, provider, recipients, phase, kind, accepted,
    provider_message_id, started_at, handed_over_at, ended_at)
  select id, 1, claim, 'host-1234-abcd', 'NOOP', recipients, 'handed_over', 'accepted', recipients,
    provider_message_id, created_at, created_at, created_at from relais.message;
  reset session_replication_role;
  select relais.recount()`;

async function msOf(work: () => Promise<unknown>, times = 15): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const began = performance.now();
    await work();
    all.push(performance.now() - began);
  }
  return median(all);
}

/** Messages a second that are stored one after the other. */
async function enqueueRate(outbox: Outbox): Promise<number> {
  const message = { from: "shop@example.org", subject: "Your order", text: "It is on its way.\n" };
  const began = performance.now();
  for (let i = 0; i < enqueued; i += 1) await outbox.enqueue({ ...message, to: `someone-${i}@example.net` });
  const rate = enqueued / ((performance.now() - began) / 1_000);
  await outbox.database.query("delete from relais.message where state = 'queued'");
  return rate;
}

const server = await postgresServer();
const outboxes = await Promise.all(
  ["empty", "full", "unindexed"].map(async () => createOutbox({ database: await server.database() })),
);
const [empty, full, unindexed] = outboxes as [Outbox, Outbox, Outbox];
try {
  await unindexed.database.query("drop index relais.message_recipient; drop index relais.message_recipients");
  const { database } = full;
  await database.query(fillSql, undefined, Number.POSITIVE_INFINITY);
  for (const one of ["vacuum (analyze) relais.message", "vacuum (analyze) relais.attempt", "checkpoint"])
    await database.query(one, [], Number.POSITIVE_INFINITY);
  const [size] = await database.query<{ bytes: string }>(
    "select pg_total_relation_size('relais.message') + pg_total_relation_size('relais.attempt') as bytes",
  );
  const statsMs = await msOf(() => full.stats());
  const statsEmptyMs = await msOf(() => empty.stats());
  const findMs = await msOf(() => full.list({ recipient: `Customer-${Math.round(past / 3)}@example.net` }));
  const worker = await duel(
    () => noopWorker(empty, perRound),
    () => noopWorker(full, perRound),
  );
  const enqueue = await duel(
    () => enqueueRate(unindexed),
    () => enqueueRate(empty),
  );
  // As many as are a fifth of all; each round takes its share.
  let deleted = 0;
  const beforeMs = 86_400_000 * 16;
  const purge = await duel(
    () => noopWorker(full, perRound),
    async () => {
      let sending = true;
      const purging = full.purge({
        olderThanMs: beforeMs,
        onProgress(count) {
          deleted = Math.max(deleted, count);
          if (!sending) throw new Error("it is over");
        },
      });
      purging.catch(() => undefined);
      const rate = await noopWorker(full, perRound);
      sending = false;
      await purging.catch(() => undefined);
      await sleep(100);
      return rate;
    },
  );
  const figures = {
    at: new Date().toISOString(),
    messages: past,
    gigabytes: Number(size?.bytes) / 1e9,
    worker,
    statsMs: { empty: statsEmptyMs, full: statsMs },
    findRecipientMs: findMs,
    enqueue,
    purge: { ...purge, of: purged, deletedInARound: deleted },
  };
  const whole = (value: number): string => Math.round(value).toLocaleString("en");
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  console.log(
    flags.json
      ? JSON.stringify(figures, undefined, 2)
      : [
          table(
            `${whole(past)} messages that are over, ${figures.gigabytes.toFixed(1)} GB, beside none`,
            ["", "none", "full", ""],
            [
              [
                "worker, no-op provider, messages a second",
                whole(worker.plain),
                whole(worker.through),
                `${worker.ratio.toFixed(2)}x`,
              ],
              [
                "the same, and a purge beside it",
                whole(purge.plain),
                whole(purge.through),
                `${purge.ratio.toFixed(2)}x`,
              ],
              [
                "enqueue, without and with the indexes of recipients",
                whole(enqueue.plain),
                whole(enqueue.through),
                `${enqueue.ratio.toFixed(2)}x`,
              ],
              ["stats()", ms(statsEmptyMs), ms(statsMs), ""],
              ["list({ recipient })", "", ms(findMs), ""],
            ],
          ),
          verdict("the worker keeps up with 0.95 of an empty outbox", worker.ratio >= 0.95),
          verdict("a purge slows it by at most a tenth", purge.ratio >= 0.9),
          verdict("the indexes cost enqueueing at most 5 %", enqueue.ratio >= 0.95),
          verdict("stats() within 20 ms", statsMs <= 20),
          verdict("a recipient is found within 0.4 s", findMs <= 400),
        ].join("\n"),
  );
} finally {
  for (const outbox of outboxes) await outbox.close();
  await server.stop();
}
