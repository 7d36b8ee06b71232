import { type SesServer, sesServer } from "@relais/conformance";
import { createChain } from "@relais/core";
import { createWorker, type Outbox, type Worker } from "@relais/outbox";
import { prometheus } from "@relais/prometheus";
import { ses } from "@relais/ses";
import * as client from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

const people = (count: number) => Array.from({ length: count }, (_, i) => `r${i}@example.net`);
const to = people(120);

describe.each(stores)("a message to 120 over SES alone, on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  let far: SesServer;
  let worker: Worker;
  let registry: client.Registry;
  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox();
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });
  beforeEach(async () => {
    await empty(outbox);
    far = await sesServer({ credentials: { AKID: { secretAccessKey: "secret" } } });
    registry = new client.Registry();
    const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
    const metrics = prometheus({ client, registry });
    const chain = createChain([ses({ region: "eu-west-1", endpoint: far.endpoint, credentials })], {
      observers: [metrics],
    });
    metrics.watch({ chain });
    worker = createWorker(outbox, chain, { name: "w1" });
    await worker.start();
  });
  afterEach(async () => {
    await worker.stop({ graceMs: 3_000 });
    await far.close();
  });

  const state = (id: string, wanted: string) =>
    until(
      () => outbox.get(id),
      (message) => message?.state === wanted,
    );
  const counted = async (series: string) =>
    Number(
      (await registry.metrics())
        .split("\n")
        .find((one) => one.startsWith(`${series} `))
        ?.split(" ")
        .at(-1),
    );
  const got = () => far.accepted.flatMap(({ destinations }) => destinations);

  test("is sent in three attempts, which trace, journal and metrics tell of", async () => {
    const { id } = await outbox.enqueue({ to, subject: "s", text: "t" });
    const message = await state(id, "sent");
    expect(got()).toEqual(to);
    expect([...(message?.accepted ?? [])].sort()).toEqual([...to].sort());
    expect(
      message?.deliveryTrace.attempts.map(({ n, provider, success, messageId }) => [
        n,
        provider,
        success,
        messageId,
      ]),
    ).toEqual(far.accepted.map(({ messageId }, i) => [i + 1, "SES", true, messageId]));
    const rows = await outbox.database.query(
      "select seq, kind, cardinality(recipients) as count from relais.attempt where message = $1 order by seq",
      [id],
    );
    expect(rows).toMatchObject([
      { kind: "accepted", count: 50 },
      { kind: "accepted", count: 50 },
      { kind: "accepted", count: 20 },
    ]);
    expect(await counted('relais_attempts_total{provider="SES",kind="accepted"}')).toBe(3);
    expect(await counted('relais_deliveries_total{chain="chain",status="sent",provider="SES"}')).toBe(1);
  });

  test("of which one part is lost is held for that part, and the others have it once", async () => {
    far.fault(({ action, nth }) =>
      action === "SendRawEmail" && nth === 2 ? { reset: "afterAccept" } : undefined,
    );
    const { id } = await outbox.enqueue({ to, subject: "s", text: "t" });
    const message = await state(id, "unknown");
    expect([...(message?.accepted ?? [])].sort()).toEqual([...to.slice(0, 50), ...to.slice(100)].sort());
    expect(message?.deliveryTrace.attempts.map(({ n, kind }) => [n, kind])).toEqual([
      [1, undefined],
      [2, "unknown"],
      [3, undefined],
    ]);
    expect(got()).toEqual(to);
  });

  test("of which a part is throttled is deferred, and only that part is sent again", async () => {
    far.fault(({ action, nth }) =>
      action === "SendRawEmail" && nth === 2
        ? { error: { code: "Throttling", message: "Daily message quota exceeded.", status: 400 } }
        : undefined,
    );
    const { id } = await outbox.enqueue({ to, subject: "s", text: "t" });
    const deferred = await state(id, "deferred");
    expect([...(deferred?.accepted ?? [])].sort()).toEqual(to.slice(0, 50).sort());
    expect(got()).toEqual(to.slice(0, 50));
  });

  test("over its limits is failed at once, and the skip is counted by its reason", async () => {
    const attachments = [{ filename: "setup.exe", content: Buffer.from("MZ") }];
    const { id } = await outbox.enqueue({ to, subject: "s", text: "t", attachments });
    const failed = await state(id, "failed");
    expect(failed).toMatchObject({ lastError: "SES: attachments of the type .exe are not taken" });
    expect(failed?.deliveryTrace.attempts).toMatchObject([
      { n: 1, provider: "SES", kind: "refused", code: "over-limit", skipped: true, phase: "open" },
    ]);
    expect(far.requests).toEqual([]);
    expect(await counted('relais_skips_total{provider="SES",reason="over-limit"}')).toBe(1);
  });
});
