import { createChain, type FeedbackEvent } from "@relais/core";
import { createWorker, type Outbox, type OutboxMessage, type Worker } from "@relais/outbox";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { feedbackStore } from "../src/feedback/feedback.ts";
import { feedbackSettings } from "../src/feedback/options.ts";
import { anyStory, arrivedBy, type Story, suppressionsBy, type ToldEvent } from "./feedback-model.ts";
import { type Act, chainOf, mail, type Scripted, scripted, until } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

const thresholds = { softBounces: 2, softWindowMs: 10 * 86_400_000, expiresMs: { soft: Infinity } };
const people = Array.from({ length: 5 }, (_, i) => `R${i}@example.net`);
let serial = 0;

describe.each(stores)("what providers tell afterwards, on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  let worker: Worker | undefined;
  let provider: Scripted;

  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox({ feedback: thresholds });
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });
  beforeEach(async () => {
    await empty(outbox);
    provider = scripted("SES");
  });
  afterEach(stop);

  async function start(suppression: "off" | "defer" = "defer", pauseMs = 300): Promise<void> {
    worker = createWorker(outbox, chainOf(provider), {
      suppression,
      name: "w",
      backoff: { baseMs: pauseMs, capMs: pauseMs },
    });
    await worker.start();
  }
  async function stop(): Promise<void> {
    await worker?.stop({ graceMs: 3_000 });
    worker = undefined;
  }
  const event = (more: Partial<FeedbackEvent>): FeedbackEvent => ({
    type: "delivered",
    recipient: "ann@example.net",
    provider: "SES",
    source: "sns",
    eventId: `e${++serial}`,
    at: Date.now(),
    ...more,
  });
  const state = (id: string, ...wanted: OutboxMessage["state"][]): Promise<OutboxMessage> =>
    until(
      () => outbox.get(id),
      (message) => wanted.includes(message?.state as OutboxMessage["state"]),
    ) as Promise<OutboxMessage>;
  const listed = async () =>
    (await outbox.suppression.list()).map(
      ({ address, stream = "", reason }) => `${address} ${stream} ${reason}`,
    );

  interface Planned {
    readonly to: readonly string[];
    readonly act: Act;
    readonly onUnknown: "hold" | "assume_sent";
    readonly stream: string | undefined;
    readonly stories: readonly Story[];
    readonly names: "own" | "theirs" | "both";
  }
  const planned: fc.Arbitrary<Planned> = fc.record({
    to: fc.subarray(people, { minLength: 1, maxLength: 3 }),
    act: fc.constantFrom("accept" as const, "unknown" as const, "unknown" as const),
    onUnknown: fc.constantFrom("hold" as const, "assume_sent" as const),
    stream: fc.constantFrom(undefined, "news"),
    stories: fc.tuple(anyStory, anyStory, anyStory),
    names: fc.constantFrom("own" as const, "theirs" as const, "both" as const),
  });

  test(
    "doubled, in any order, in any batches, before or after the send's commit: each message's end and each suppression is what the vendor did",
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(planned, { minLength: 1, maxLength: 12 }),
          fc.infiniteStream(fc.nat()),
          async (plans, random) => {
            await empty(outbox);
            const next = (): number => random.next().value as number;
            const acts = new Map<string, Act>();
            provider.act = ({ id }) => acts.get(id) ?? "accept";
            const ids = await Promise.all(
              plans.map(async ({ to, act, onUnknown, stream }) => {
                const { id } = await outbox.enqueue({ ...mail(), to, stream }, { onUnknown });
                acts.set(id, act);
                return id;
              }),
            );
            const all: ToldEvent[] = [];
            const events = plans.map((plan, i) =>
              plan.to.flatMap((recipient, r) =>
                (plan.stories[r] as Story).map((part, n): ToldEvent => {
                  const told = {
                    ...event({ ...part, recipient: next() % 2 === 0 ? recipient : recipient.toLowerCase() }),
                    at: Date.UTC(2026, 1, 1 + ((i * 5 + r) % 40), n),
                    inStream: plan.stream,
                    message: ids[i],
                    providerMessageId: plan.act === "accept" ? `SES-${ids[i]}` : undefined,
                  };
                  all.push(told);
                  // What the provider tells need not name both.
                  if (plan.act !== "accept" || plan.names === "own")
                    return { ...told, providerMessageId: undefined };
                  return plan.names === "theirs" ? { ...told, message: undefined } : told;
                }),
              ),
            );
            const shuffled = (some: readonly ToldEvent[]): readonly ToldEvent[] =>
              some
                .flatMap((one) => Array.from({ length: 1 + (next() % 2) }, () => one))
                .map((one) => ({ one, at: next() }))
                .sort((a, b) => a.at - b.at)
                .map(({ one }) => one);
            const record = async (some: readonly ToldEvent[]): Promise<void> => {
              for (let i = 0; i < some.length; ) {
                const size = 1 + (next() % 5);
                const batch = some.slice(i, i + size);
                // Two requests at once.
                const results = await Promise.all([
                  outbox.feedback.record(batch),
                  outbox.feedback.record(batch.slice(0, next() % 2)),
                ]);
                for (const { foreign } of results) expect(foreign).toBe(0);
                i += size;
              }
            };
            const isEarly = plans.map(
              ({ act, names }) => act === "accept" && names !== "own" && next() % 2 === 0,
            );
            await record(shuffled(events.flatMap((some, i) => (isEarly[i] ? some : []))));
            await start("off");
            await until(
              () => outbox.count(),
              (count) => (count.sent ?? 0) + (count.unknown ?? 0) === plans.length,
            );
            await record(shuffled(events.flat()));
            await until(
              async () => outbox.database.query("select 1 from relais.event where state <> 'done'"),
              (rows) => rows.length === 0,
            );
            await stop();

            for (const [i, { to, act, onUnknown, stories }] of plans.entries()) {
              const verdicts = to.map((address, r) => ({ address, arrived: arrivedBy(stories[r] as Story) }));
              const accepted = verdicts.filter(({ arrived }) =>
                act === "accept" ? true : (arrived ?? onUnknown === "assume_sent"),
              );
              const rejected = act === "accept" ? [] : verdicts.filter(({ arrived }) => arrived === false);
              const isOpen =
                act === "unknown" &&
                onUnknown === "hold" &&
                verdicts.some(({ arrived }) => arrived === undefined);
              const end = isOpen
                ? "unknown"
                : accepted.length === 0
                  ? "failed"
                  : rejected.length === 0
                    ? "sent"
                    : "partial";
              const message = await outbox.get(ids[i] as string);
              expect(message?.state).toBe(end);
              const names = (some: readonly { readonly address: string }[]) =>
                some.map(({ address }) => address).sort();
              expect([...(message?.accepted ?? [])].sort()).toEqual(names(accepted));
              expect(names(message?.rejected ?? [])).toEqual(names(rejected));
              expect(message?.deliveryTrace.status).toBe(end);
              const distinct = new Set(
                all.filter((one) => one.message === ids[i]).map(({ eventId }) => eventId),
              );
              expect((await outbox.events(ids[i] as string)).map(({ eventId }) => eventId).sort()).toEqual(
                [...distinct].sort(),
              );
            }
            expect((await listed()).sort()).toEqual(suppressionsBy(all, thresholds));
          },
        ),
        { numRuns: Number(process.env.RELAIS_FEEDBACK_RUNS ?? 12), interruptAfterTimeLimit: 60_000 },
      ),
    120_000,
  );

  describe("a message that is unknown", () => {
    test.each([
      ["delivered", undefined, "sent"],
      ["bounced", "hard", "failed"],
      ["blocked", undefined, "failed"],
      ["failed", undefined, "failed"],
    ] as const)("%s (%s) makes it %s, and the trace says by which event", async (type, bounce, end) => {
      provider.act = () => "unknown";
      const { id } = await outbox.enqueue(mail());
      await start();
      await state(id, "unknown");
      const told = event({
        type,
        bounce,
        message: id,
        code: "5.1.1",
        reason: "no such user ann@example.net",
      });
      expect(await outbox.feedback.record([told])).toEqual({ stored: 1, repeated: 0, early: 0, foreign: 0 });
      const message = await state(id, end);
      expect(message.deliveryTrace).toMatchObject({
        status: end,
        attempts: [
          { kind: "unknown" },
          { late: true, ...(end === "sent" ? { success: true } : { kind: "rejected" }) },
        ],
        resolution: { by: "event", as: end, note: `SES: ${type}, sns ${told.eventId}` },
      });
      if (end === "failed") {
        expect(message.rejected).toMatchObject([{ address: "ann@example.net", kind: type }]);
        expect(message.rejected[0]?.reason).toContain("5.1.1 no such user <address>");
        expect(message.provider).toBeUndefined();
      } else expect(message).toMatchObject({ provider: "SES", accepted: ["ann@example.net"] });
    });

    test("is settled by none that is of another provider, came before it, or is a deferral", async () => {
      provider.act = () => "unknown";
      const { id } = await outbox.enqueue(mail());
      await outbox.feedback.record([event({ message: id, type: "bounced", bounce: "soft" })]);
      await start();
      await state(id, "unknown");
      await outbox.feedback.record([
        event({ message: id, provider: "OTHER" }),
        event({ message: id, type: "deferred" }),
        event({ message: id, recipient: "bob@example.net" }),
      ]);
      await outbox.feedback.round();
      expect((await outbox.get(id))?.state).toBe("unknown");
    });

    test("with resend is called off if that has not begun, for those who have it, and goes on for the others", async () => {
      provider.act = (_, nth) => (nth === 1 ? "unknown" : "accept");
      const to = ["ann@example.net", "bob@example.net", "cyd@example.net"];
      const { id } = await outbox.enqueue({ ...mail(), to }, { onUnknown: "resend" });
      await start("defer", 3_600_000);
      await state(id, "deferred");
      await outbox.feedback.record([
        event({ message: id }),
        event({ message: id, type: "bounced", bounce: "hard", recipient: "bob@example.net" }),
      ]);
      expect((await outbox.get(id))?.state).toBe("deferred");
      await outbox.database.query("update relais.message set not_before = now()");
      expect(await state(id, "partial")).toMatchObject({
        accepted: ["ann@example.net", "cyd@example.net"],
        rejected: [{ address: "bob@example.net", kind: "bounced" }],
      });
      expect(provider.took.map((one) => one.to)).toEqual([to, ["cyd@example.net"]]);
    });

    test("one that is being sent waits for its end", async () => {
      const end = Promise.withResolvers<void>();
      provider.act = (_, nth) => (nth === 1 ? "unknown" : { until: end.promise });
      const { id } = await outbox.enqueue(mail(), { onUnknown: "resend" });
      await start();
      await until(
        () => outbox.get(id),
        (message) => message?.state === "sending" && message.attempts === 1,
      );
      await until(
        () =>
          outbox.database.query("select 1 from relais.attempt where phase = 'handed_over' and kind is null"),
        (rows) => rows.length === 1,
      );
      await outbox.feedback.record([event({ message: id, type: "bounced", bounce: "soft" })]);
      expect((await outbox.get(id))?.state).toBe("sending");
      end.resolve();
      // The second copy was taken: what is known of the first one changes nothing any more.
      expect(await state(id, "sent")).toMatchObject({ accepted: ["ann@example.net"] });
      await until(
        () => outbox.database.query("select 1 from relais.event where state <> 'done'"),
        (rows) => rows.length === 0,
      );
      expect((await outbox.get(id))?.state).toBe("sent");
    });
  });

  test("events of mail that is not ours are counted, and not kept", async () => {
    const unknownId = "00000000-0000-7000-8000-000000000000";
    const waiting = event({ providerMessageId: "of-somebody-else" });
    expect(
      await outbox.feedback.record([event({ message: unknownId }), event({}), waiting, waiting]),
    ).toEqual({
      stored: 0,
      repeated: 1,
      early: 1,
      foreign: 2,
    });
    await outbox.database.query("update relais.event set received_at = now() - interval '1 hour'");
    const { round } = feedbackStore(outbox.database, feedbackSettings());
    expect(await round()).toEqual({ matched: 0, foreign: 1, settled: [] });
    expect(await outbox.database.query("select 1 from relais.event")).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  test("an address that a token names unsubscribes without a message", async () => {
    const told = event({ type: "unsubscribed", tenant: "t", stream: "news", source: "unsubscribe" });
    expect(await outbox.feedback.record([told])).toMatchObject({ stored: 1 });
    expect(await outbox.suppression.list()).toMatchObject([
      {
        address: "ann@example.net",
        tenant: "t",
        stream: "news",
        reason: "unsubscribed",
        source: "unsubscribe",
      },
    ]);
  });

  test("an unsubscribe is of the message's own stream, whatever the vendor calls its; of the vendor's, if it has none", async () => {
    await start();
    for (const [stream, wanted] of [
      ["newsletter", "newsletter"],
      [undefined, "outbound"],
    ] as const)
      for (const isEarly of [false, true]) {
        await empty(outbox);
        const told = { type: "unsubscribed", stream: "outbound" } as const;
        const later = "00000000-0000-7000-8000-00000000000a";
        if (isEarly) {
          await outbox.feedback.record([event({ ...told, providerMessageId: `SES-${later}` })]);
          await outbox.enqueue({ ...mail(), id: later, stream });
        } else {
          const { id } = await outbox.enqueue({ ...mail(), stream });
          await outbox.feedback.record([event({ ...told, message: id })]);
        }
        await until(listed, (all) => all.length > 0);
        expect(await listed()).toEqual([`ann@example.net ${wanted} unsubscribed`]);
      }
  });

  test("a chain that shall not be known again sends no id of an outbox", async () => {
    const seen: unknown[] = [];
    provider.act = ({ tags, correlation }) => {
      seen.push([tags, correlation]);
      return "accept";
    };
    worker = createWorker(outbox, createChain([provider], { correlation: false }), { name: "w" });
    await worker.start();
    await state((await outbox.enqueue({ ...mail(), tags: { kind: "order" } })).id, "sent");
    expect(seen).toEqual([[{ kind: "order" }, false]]);
  });

  test.each(["accept", "unknown"] as const)(
    "one that names no recipient is kept with its message, suppresses nobody, and settles nothing: %s",
    async (act) => {
      provider.act = () => act;
      const { id } = await outbox.enqueue({ ...mail(), to: people.slice(0, 2) }, { onUnknown: "hold" });
      await start();
      await state(id, "sent", "unknown");
      await stop();
      const before = await outbox.get(id);
      const told = (["bounced", "blocked", "complained", "unsubscribed", "delivered"] as const).flatMap(
        (type) =>
          (["hard", "soft", "soft"] as const).map((bounce) =>
            event({ type, bounce, recipient: "", message: id }),
          ),
      );
      expect(await outbox.feedback.record([...told, ...told])).toEqual({
        stored: told.length,
        repeated: told.length,
        early: 0,
        foreign: 0,
      });
      expect(await outbox.events(id)).toHaveLength(told.length);
      expect(await listed()).toEqual([]);
      expect(await outbox.get(id)).toEqual(before);
    },
  );

  test("what is shown of an address is of the tenant that is asked for", async () => {
    for (const tenant of ["a", "b"]) {
      const { id } = await outbox.enqueue(mail(), { tenant });
      await outbox.feedback.record([event({ type: "bounced", bounce: "hard", message: id })]);
    }
    const shown = async (tenant?: string) => {
      const { entries, events } = await outbox.suppression.show("ann@example.net", { tenant });
      return [entries, events].map((all) => all.map((one) => one.tenant).sort());
    };
    expect(await shown("a")).toEqual([["a"], ["a"]]);
    expect(await shown()).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  test("what is no event is refused in one sentence, and nothing of its batch is stored", async () => {
    const bad = [{ type: "opened" }, { recipient: undefined }, { eventId: 5 }];
    for (const one of bad) {
      const more = one as unknown as Partial<FeedbackEvent>;
      await expect(outbox.feedback.record([event({ providerMessageId: "x" }), event(more)])).rejects.toThrow(
        /^feedback: /,
      );
    }
    const hostile = {
      reason: "\0\ud800",
      eventId: "x".repeat(5_000),
      at: Number.NaN,
      providerMessageId: "y\0",
    };
    expect(await outbox.feedback.record([event(hostile)])).toMatchObject({ early: 1 });
    expect(await outbox.database.query("select 1 from relais.event")).toHaveLength(1);
  });
});
