import { failure, receipt } from "@relais/core/spi";
import { createWorker } from "@relais/outbox";
import { describe, expect, test } from "vitest";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

describe.each(stores)("a worker on %s", (_name, open) => {
  const w = working(open);

  test("sends what is committed, within 100 ms, and says by whom", async () => {
    await w.outbox.enqueue(mail());
    await until(
      () => w.first.took.length,
      (count) => count === 1,
    );
    const tookMs: number[] = [];
    let id = "";
    for (let sent = 2; sent <= 10; sent += 1) {
      // As many questions to the database as a delivery asks: on a machine that is busy otherwise they take long, too.
      const before = Date.now();
      for (let asked = 0; asked < 8; asked += 1) await w.outbox.stats();
      const began = Date.now();
      ({ id } = await w.outbox.enqueue(mail("bob@example.net")));
      await until(
        () => w.first.took.length,
        (count) => count === sent,
      );
      tookMs.push(Date.now() - began - (began - before));
    }
    // A worker that nobody wakes looks once a second, and none of them would be.
    expect(tookMs.sort((a, b) => a - b)[2], `${tookMs}`).toBeLessThan(100);
    const message = await w.state(id, "sent");
    expect(message).toMatchObject({
      provider: "FIRST",
      providerMessageId: `FIRST-${id}`,
      attempts: 1,
      accepted: ["bob@example.net"],
    });
    expect(message.deliveryTrace).toEqual({
      v: 1,
      status: "sent",
      provider: "FIRST",
      messageId: `FIRST-${id}`,
      attempts: [
        {
          n: 1,
          provider: "FIRST",
          at: expect.stringMatching(/^\d{4}-.*Z$/),
          ms: expect.any(Number),
          phase: "handed_over",
          success: true,
          messageId: `FIRST-${id}`,
          worker: "w1",
        },
      ],
      resolution: null,
    });
    expect(w.events).toContainEqual(
      expect.objectContaining({ type: "settled", message: id, state: "sent", provider: "FIRST" }),
    );
  });

  test("goes on to the next provider, and the trace has both, without addresses", async () => {
    w.first.act = () => "transient";
    const { id } = await w.outbox.enqueue(mail());
    const { deliveryTrace } = await w.state(id, "sent");
    expect(deliveryTrace).toMatchObject({
      provider: "SECOND",
      attempts: [
        { n: 1, provider: "FIRST", phase: "open", kind: "transient", reason: "says transient to <address>" },
        { n: 2, provider: "SECOND", phase: "handed_over", success: true },
      ],
    });
    expect(JSON.stringify(deliveryTrace)).not.toContain("@");
  });

  test("defers what failed for a while to the time that the provider named, and then sends it", async () => {
    w.first.act = (_, nth) => (nth === 1 ? { kind: "throttled", retryAfterMs: 40_000 } : "accept");
    w.second.act = (_, nth) => (nth === 1 ? { kind: "throttled", retryAfterMs: 31_000 } : "accept");
    const { id } = await w.outbox.enqueue(mail());
    const deferred = await w.state(id, "deferred");
    const inMs = deferred.notBefore.getTime() - Date.now();
    expect(inMs).toBeGreaterThan(29_000);
    expect(inMs).toBeLessThanOrEqual(31_000);
    await w.outbox.database.query(
      "update relais.message set not_before = now() + interval '1 second' where id = $1",
      [id],
    );
    const due = Date.now() + 1_000;
    const sent = await w.state(id, "sent");
    expect(w.first.took[0]?.at).toBeGreaterThanOrEqual(due - 100);
    expect(w.first.took[0]?.at).toBeLessThan(due + 2_000);
    expect(sent.deliveryTrace.attempts.map(({ n, provider }) => [n, provider])).toEqual([
      [1, "FIRST"],
      [2, "SECOND"],
      [3, "FIRST"],
    ]);
  });

  test("tries again with backoff where nobody says how long, until it expires", async () => {
    w.first.act = () => "transient";
    w.second.act = () => "misconfigured";
    await w.worker.stop();
    w.worker = createWorker(w.outbox, chainOf(w.first, w.second), { backoff: { baseMs: 50, capMs: 50 } });
    await w.worker.start();
    const { id } = await w.outbox.enqueue(mail(), { expiresInMs: 1_500 });
    const ended = await w.state(id, "expired");
    expect(ended.attempts).toBeGreaterThanOrEqual(4);
    expect(ended.lastError).toMatch(/^FIRST: says transient to <address> \| SECOND: /);
    expect(ended.endedAt).toBeInstanceOf(Date);
  });

  test("ends at once what no provider will ever take", async () => {
    w.first.act = () => "rejected";
    const { id } = await w.outbox.enqueue(mail());
    expect(await w.state(id, "failed")).toMatchObject({
      attempts: 1,
      rejected: [{ address: "ann@example.net", kind: "rejected" }],
    });
    expect(w.second.took).toEqual([]);
  });

  test("sends a scheduled message at its time, one of a higher priority w.first, and none that was cancelled", async () => {
    await w.worker.stop();
    const at = Date.now() + 1_200;
    const later = await w.outbox.enqueue(mail(), { sendAt: new Date(at) });
    const low = await w.outbox.enqueue(mail(), { priority: -1 });
    const high = await w.outbox.enqueue(mail(), { priority: 2 });
    const none = await w.outbox.enqueue(mail());
    expect((await w.outbox.get(later.id))?.state).toBe("scheduled");
    expect(await w.outbox.cancel(none.id)).toBe(true);
    expect(await w.outbox.cancel(none.id)).toBe(false);
    w.worker = createWorker(w.outbox, chainOf(w.first), { concurrency: 1 });
    await w.worker.start();
    await w.state(later.id, "sent");
    expect(w.first.took.map(({ id }) => id)).toEqual([high.id, low.id, later.id]);
    expect(w.first.took[2]?.at).toBeGreaterThanOrEqual(at);
    expect(w.first.took[2]?.at).toBeLessThan(at + 2_000);
    expect((await w.outbox.get(none.id))?.state).toBe("cancelled");
  });

  test("reaches each recipient once, whoever takes whom", async () => {
    const some = scripted("SOME");
    some.send = async (message, context) => {
      await context.handOver();
      const { to } = context.envelope;
      const [yes, no] = [to.filter((one) => one.startsWith("a")), to.filter((one) => !one.startsWith("a"))];
      const reason = failure({ provider: "SOME", kind: "transient", reason: "not these", definite: true });
      if (yes.length === 0) return reason;
      some.took.push({ id: message.id, to: yes, at: Date.now() });
      return receipt({
        provider: "SOME",
        messageId: "s-1",
        accepted: yes,
        rejected: no.map((address) => ({ address, failure: reason })),
      });
    };
    w.second.act = (_, nth) => (nth === 1 ? "transient" : "accept");
    await w.worker.stop();
    w.worker = createWorker(w.outbox, chainOf(some, w.second), { backoff: { baseMs: 200 } });
    await w.worker.start();
    const to = "ann@example.net, bob@example.net, cleo@example.net";
    const { id } = await w.outbox.enqueue(mail(to));
    const sent = await w.state(id, "sent");
    expect(some.took).toMatchObject([{ to: ["ann@example.net"] }]);
    expect(w.second.took).toMatchObject([{ to: ["bob@example.net", "cleo@example.net"] }]);
    expect([...sent.accepted].sort()).toEqual(["ann@example.net", "bob@example.net", "cleo@example.net"]);
    expect(sent.provider).toBe("SECOND");
  });

  test("a row of plain SQL is sent, a malformed one fails with a sentence, and the others go on", async () => {
    const insert = (content: unknown) =>
      w.outbox.database.query<{ id: string }>(
        "insert into relais.message (content) values ($1::jsonb) returning id",
        [JSON.stringify(content)],
      );
    const [bad] = await insert({ to: "not an address", subject: "x", text: "y" });
    const [odd] = await insert([1, 2]);
    const [good] = await insert(mail());
    await w.state(good?.id as string, "sent");
    expect(await w.state(bad?.id as string, "failed")).toMatchObject({
      lastError: expect.stringMatching(/^the message is wrong: to: /),
      attempts: 0,
    });
    expect(await w.state(odd?.id as string, "failed")).toMatchObject({
      lastError: expect.stringContaining("the message is wrong"),
    });
  });
});
