import { setTimeout as sleep } from "node:timers/promises";
import { sesServer, smtpServer } from "@relais/conformance";
import { createOutbox } from "@relais/outbox";
import { describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { workforce } from "./chaos-workforce.ts";
import { randomOf } from "./database/random.ts";
import { arrivedBy, type Story, suppressionsBy, type ToldEvent } from "./feedback-model.ts";
import { postgresServer } from "./postgres-server.ts";
import { until } from "./scripted.ts";

const seed = Number(process.env.RELAIS_CHAOS_SEED ?? Date.now() % 1_000_000);
const messages = Number(process.env.RELAIS_FEEDBACK_CHAOS_MESSAGES ?? 20_000);
const addresses = Math.ceil(messages / 10);
const thresholds = { softBounces: 3, softWindowMs: 86_400_000 };
/** By the database's clock and ours, which are one: a statement sees what was committed before it began. */
const statementMs = 250;

/** What becomes of mail to an address, always. */
function storyOf(address: string): Story {
  const n = Number(/\d+/.exec(address)?.[0]) % 20;
  const stories: Readonly<Record<number, Story>> = {
    0: [{ type: "bounced", bounce: "hard" }],
    1: [{ type: "blocked" }],
    2: [{ type: "delivered" }, { type: "complained" }],
    3: [{ type: "delivered" }, { type: "unsubscribed" }],
    4: [{ type: "deferred" }, { type: "bounced", bounce: "soft" }],
    5: [{ type: "delivered" }, { type: "bounced", bounce: "hard" }],
    6: [{ type: "deferred" }, { type: "delivered" }],
  };
  return stories[n] ?? [{ type: "delivered" }];
}

describe.runIf(needs("postgres"))("feedback in chaos", () => {
  test(`${messages} messages, events doubled and shuffled, workers killed and frozen: each end and each suppression is what the vendors did`, async () => {
    const random = randomOf(seed);
    const server = await postgresServer();
    const database = await server.database();
    const [smtp, ses] = await Promise.all([smtpServer(), sesServer({ region: "eu-west-1" })]);
    const open = () => createOutbox({ database, from: "shop@example.org", feedback: thresholds });
    // Two receivers, each with connections of its own.
    const receivers = await Promise.all([open(), open()]);
    const [outbox] = receivers;
    const some = <T>(share: number, action: T): T | undefined => (random() < share ? action : undefined);
    smtp.script({ mail: () => some(0.4, { reply: "451 4.3.0 later" }) });
    ses.fault(() => some(0.1, { reset: "afterAccept" as const }));
    const anybody = (): string => `p${Math.floor(random() * addresses)}@example.net`;
    const plans = Array.from({ length: messages }, (_, i) => ({
      to: [...new Set(Array.from({ length: i % 5 === 0 ? 3 : 1 }, anybody))],
      stream: i % 2 === 0 ? "news" : undefined,
    }));
    const enqueued = await outbox.enqueueMany(
      plans.map(({ to, stream }) => ({ message: { to, stream, subject: "s", text: "t" } })),
    );
    const streamOf = new Map(enqueued.map(({ id }, i) => [id, plans[i]?.stream]));

    const told: ToldEvent[] = [];
    const has = new Set<string>();
    const suppressedAt = new Map<string, number>();
    let queue: { readonly event: ToldEvent; readonly dueAt: number }[] = [];
    let seen = { smtp: 0, ses: 0 };
    let serial = 0;
    const tell = (
      provider: string,
      to: readonly string[],
      mail: Buffer,
      providerMessageId?: string,
    ): void => {
      const id = /^X-Relais-Id: (\S+)/im.exec(mail.toString("latin1"))?.[1] as string;
      for (const recipient of to) {
        has.add(`${id} ${provider} ${recipient}`);
        for (const part of storyOf(recipient)) {
          serial += 1;
          // Ours is enough. A worker that was killed never learns the provider's.
          const event: ToldEvent = {
            ...part,
            recipient,
            provider,
            source: "chaos",
            eventId: `e${serial}`,
            message: id,
            providerMessageId: serial % 3 === 0 ? undefined : providerMessageId,
            inStream: streamOf.get(id),
            at: Date.now() + (serial % 1_000) / 1_000,
          };
          told.push(event);
          for (let copy = 0; copy <= serial % 2; copy++)
            queue.push({ event, dueAt: Date.now() + random() * 800 });
        }
      }
    };
    let working = true;
    const vendors = (async () => {
      while (working || queue.length > 0) {
        await sleep(20);
        const now = { smtp: smtp.accepted.length, ses: ses.accepted.length };
        for (const mail of smtp.accepted.slice(seen.smtp, now.smtp)) tell("SMTP", mail.to, mail.data);
        for (const mail of ses.accepted.slice(seen.ses, now.ses))
          tell("SES", mail.destinations, mail.raw, mail.messageId);
        seen = now;
        // One time for both: what fell due between them would be told to nobody.
        const at = Date.now();
        const due = queue.filter(({ dueAt }) => dueAt <= at);
        queue = queue.filter(({ dueAt }) => dueAt > at);
        const batches = Map.groupBy(due, () => Math.floor(random() * 4));
        await Promise.all(
          [...batches].map(async ([n, batch]) => {
            const events = batch.map(({ event }) => event).sort(() => random() - 0.5);
            const result = await receivers[n % 2]?.feedback.record(events);
            expect(result?.foreign).toBe(0);
            for (const { type, bounce, recipient } of events) {
              if (type === "blocked" || type === "complained" || bounce === "hard")
                suppressedAt.set(recipient, Math.min(suppressedAt.get(recipient) ?? Infinity, Date.now()));
            }
          }),
        );
      }
    })();
    const workers = workforce([database, String(smtp.port), ses.endpoint], random);
    const left = async (): Promise<number> => {
      const { byState } = await outbox.stats();
      return byState.queued + byState.sending + byState.deferred;
    };
    await until(left, (count) => count < messages / 20, 600_000);
    workers.calm();
    await until(left, (count) => count === 0, 300_000);
    await sleep(1_000);
    working = false;
    await vendors;
    await until(
      () => outbox.database.query("select 1 from relais.event where state <> 'done' limit 1"),
      (rows) => rows.length === 0,
      120_000,
    );
    const codes = await workers.end();

    const rows = await outbox.database.query<{
      id: string;
      state: string;
      recipients: string[];
      accepted: string[];
      rejected: { address: string; kind: string; reason: string }[];
      by: string | null;
      attempts:
        | {
            provider: string;
            kind: string;
            recipients: string[];
            accepted: string[];
            handed_over_at: string | null;
          }[]
        | null;
    }>(
      `select id::text, state, recipients, accepted, rejected, delivery_trace->'resolution'->>'by' as by,
         (select jsonb_agg(to_jsonb(a)) from relais.attempt a where a.message = m.id) as attempts from relais.message m`,
    );
    const listed: string[] = [];
    for await (const { address, stream = "", reason } of outbox.suppression.export())
      listed.push(`${address} ${stream} ${reason}`);
    const wrong: unknown[] = [];
    let held = 0;
    let settled = 0;
    for (const row of rows) {
      const attempts = row.attempts ?? [];
      const ends = row.recipients.map((address) => {
        const refusal = row.rejected.find((one) => one.address === address);
        const ofIt = attempts.filter(({ recipients }) => recipients.includes(address));
        if (refusal?.reason.startsWith("suppressed")) {
          held += 1;
          const isListed = listed.some((one) => one.startsWith(`${address} `));
          return isListed && !ofIt.some(({ kind }) => kind === "accepted" || kind === "unknown")
            ? "rejected"
            : "wrong";
        }
        const arrived = arrivedBy(storyOf(address));
        const isTaken = ofIt.some(({ kind, accepted }) => kind === "accepted" && accepted.includes(address));
        // A worker that was frozen tells late that a mail was taken that has bounced since.
        if (isTaken)
          return row.by === "event" && arrived === false && refusal !== undefined ? "rejected" : "accepted";
        const unknown = ofIt.filter(({ kind }) => kind === "unknown");
        if (!unknown.some(({ provider }) => has.has(`${row.id} ${provider} ${address}`))) return "unknown";
        settled += 1;
        return arrived === true ? "accepted" : "rejected";
      });
      const of = (end: string): readonly string[] => row.recipients.filter((_, i) => ends[i] === end).sort();
      const state = ends.includes("unknown")
        ? "unknown"
        : !ends.includes("accepted")
          ? "failed"
          : ends.includes("rejected")
            ? "partial"
            : "sent";
      const isRight =
        state === row.state &&
        String(of("accepted")) === String([...row.accepted].sort()) &&
        String(of("rejected")) === String(row.rejected.map(({ address }) => address).sort());
      if (!isRight) wrong.push({ ...row, expected: state, ends });
    }
    const tooLate = rows.flatMap(({ id, attempts }) =>
      (attempts ?? []).flatMap(({ recipients, handed_over_at }) =>
        recipients
          .filter((address) => {
            const at = suppressedAt.get(address);
            return (
              at !== undefined && handed_over_at !== null && Date.parse(handed_over_at) > at + statementMs
            );
          })
          .map((address) => ({ id, address })),
      ),
    );
    process.stdout.write(
      `feedback in chaos, seed ${seed}: ${messages} messages, ${told.length} events, ${workers.kills()} kills, ${workers.freezes()} freezes, ` +
        `${settled} recipients settled by events, ${held} held back, ${listed.length} suppressions\n`,
    );
    expect(rows).toHaveLength(messages);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(tooLate).toEqual([]);
    expect(listed.sort()).toEqual(suppressionsBy(told, thresholds));
    expect([codes, workers.crashes()]).toEqual([[0, 0, 0], []]);
    // A chaos without what it is about would prove nothing.
    expect(Math.min(settled, held, workers.kills())).toBeGreaterThan(0);
    for (const receiver of receivers) await receiver.close();
    await Promise.all([smtp.close(), ses.close()]);
    await server.stop();
  }, 1_200_000);
});
