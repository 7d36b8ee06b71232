import type { FeedbackEvent, RelaisEvent } from "@relais/core";
import { createWorker, type Outbox } from "@relais/outbox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { feedbackStore } from "../src/feedback/feedback.ts";
import { feedbackSettings } from "../src/feedback/options.ts";
import { readFeedbackStats } from "../src/store/feedback-counts.ts";
import { countAllSql } from "../src/store/schema.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

let serial = 0;
const event = (more: Partial<FeedbackEvent>): FeedbackEvent => ({
  type: "delivered",
  recipient: `r${++serial}@example.net`,
  provider: "SES",
  source: "sns",
  eventId: `e${serial}`,
  at: Date.now(),
  ...more,
});
const many = (count: number, more: Partial<FeedbackEvent>): FeedbackEvent[] =>
  Array.from({ length: count }, () => event(more));

describe.each(stores)("what providers told, counted, on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  const told: RelaisEvent[] = [];
  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox({
      observers: [
        () => {
          throw new Error("an observer changes nothing");
        },
        (one) => void told.push(one),
      ],
    });
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });
  beforeEach(async () => {
    await empty(outbox);
    told.length = 0;
  });
  const stats = () => readFeedbackStats(outbox.database);

  test("each event once, whenever its message becomes known; foreign ones not at all", async () => {
    const { id } = await outbox.enqueue(mail());
    const bounce = event({ message: id, type: "bounced", bounce: "hard" });
    const early = event({ providerMessageId: "later", type: "complained", provider: "SMTP" });
    await outbox.feedback.record([bounce, bounce, early, event({}), event({ message: id })]);
    await outbox.feedback.record([bounce]);
    expect(told).toEqual([
      {
        type: "feedback-received",
        at: expect.any(Number),
        ...{ stored: 2, repeated: 1, early: 1, foreign: 1, settled: 0 },
        counts: [
          { provider: "SES", type: "bounced", count: 1 },
          { provider: "SMTP", type: "complained", count: 1 },
          { provider: "SES", type: "delivered", count: 1 },
        ],
      },
      expect.objectContaining({ stored: 0, repeated: 1, counts: [] }),
    ]);
    expect(Object.isFrozen(told[0])).toBe(true);
    const before = await stats();
    expect(before.early).toBe(1);
    expect(before.providers).toMatchObject([
      { provider: "SES", byType: { bounced: 1, delivered: 1, complained: 0 }, hard: 1 },
    ]);
    expect(before.suppressed).toEqual({ complained: 0, manual: 0, bounced: 1, unsubscribed: 0 });
    await outbox.database.query(
      `insert into relais.attempt (message, seq, claim, worker, provider, recipients, provider_message_id)
       values ($1, 1, 1, 'w', 'SMTP', '{}', 'later')`,
      [id],
    );
    await outbox.database.query("update relais.event set check_at = now() where state = 'early'");
    expect(await outbox.feedback.round()).toMatchObject({ matched: 1 });
    const after = await stats();
    expect(after).toMatchObject({ early: 0, suppressed: { complained: 1 } });
    expect(after.providers.map(({ provider, byType }) => [provider, byType.complained])).toEqual([
      ["SES", 0],
      ["SMTP", 1],
    ]);
    // Counted anew, as a copy and a new version of the tables do, it is the same.
    await outbox.database.query("delete from relais.event_count");
    await outbox.database.query(countAllSql);
    const anew = await stats();
    const bare = ({ providers }: typeof anew) => providers.map(({ lastAt: _, ...one }) => one);
    expect(bare(anew)).toEqual(bare(after));
  });

  test("what settles a message is told with it", async () => {
    const provider = scripted("SES");
    provider.act = () => "unknown";
    const worker = createWorker(outbox, chainOf(provider));
    await worker.start();
    const { id } = await outbox.enqueue(mail(), { onUnknown: "hold" });
    await until(
      () => outbox.get(id),
      (message) => message?.state === "unknown",
    );
    await worker.stop();
    await outbox.feedback.record([event({ message: id, recipient: "ann@example.net" })]);
    expect((await outbox.get(id))?.state).toBe("sent");
    expect(told).toMatchObject([{ type: "feedback-received", stored: 1, settled: 1 }]);
  });

  test("rates are of enough mail, and of the last 24 hours; a week ago is known, more is forgotten", async () => {
    const { id: message } = await outbox.enqueue(mail());
    const rates = async () => (await stats()).providers.map((one) => [one.bounceRate, one.complaintRate]);
    await outbox.feedback.record([
      ...many(99, { message }),
      ...many(3, { message, type: "bounced", bounce: "hard" }),
      ...many(9, { message, type: "bounced", bounce: "soft" }),
      ...many(1, { message, type: "complained" }),
    ]);
    expect(await rates()).toEqual([[undefined, undefined]]);
    await outbox.feedback.record(many(1, { message }));
    expect(await rates()).toEqual([[3 / 112, undefined]]);
    await outbox.feedback.record(many(1, { message, type: "complained" }));
    expect(await rates()).toEqual([[3 / 112, 2 / 100]]);
    const age = (interval: string) =>
      outbox.database.query(
        "update relais.event_count set hour = hour - $1::interval, last_at = last_at - $1::interval",
        [interval],
      );
    await age("25 hours");
    expect(await rates()).toEqual([[undefined, undefined]]);
    expect((await stats()).providers).toMatchObject([{ provider: "SES", byType: { delivered: 0 } }]);
    await age("8 days");
    expect((await stats()).providers).toEqual([]);
    await outbox.database.query("update relais.event_count set hour = hour - interval '1 day'");
    await feedbackStore(outbox.database, feedbackSettings()).round();
    expect(await outbox.database.query("select 1 from relais.event_count")).toEqual([]);
  });

  test("a worker tells when a rate comes near the limit of vendors", async () => {
    const { id: message } = await outbox.enqueue(mail());
    await outbox.feedback.record([
      ...many(196, { message }),
      ...many(6, { message, type: "bounced", bounce: "hard" }),
      ...many(2, { message, type: "complained" }),
    ]);
    const events: RelaisEvent[] = [];
    const feedback = feedbackStore(outbox.database, feedbackSettings());
    const worker = createWorker({ ...outbox, feedback }, chainOf(scripted("SES")), {
      name: "w",
      observers: [(one) => void events.push(one)],
    });
    await worker.start();
    const found = await until(
      async () => events.filter(({ type }) => type === "feedback-rate"),
      (some) => some.length === 2,
    );
    await worker.stop();
    expect(found).toMatchObject([
      { worker: "w", provider: "SES", of: "bounces", level: "near", rate: 6 / 202, limit: 0.05 },
      { worker: "w", provider: "SES", of: "complaints", level: "over", rate: 2 / 196, limit: 0.001 },
    ]);
  });
});
