import { setTimeout as sleep } from "node:timers/promises";
import { createWorker } from "@relais/outbox";
import { describe, expect, test } from "vitest";
import { leases } from "../src/store/leases.ts";
import { leaseKeeper } from "../src/worker/lease-keeper.ts";
import { chainOf, mail, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

describe.each(stores)("the lease of a worker on %s", (_name, open) => {
  const w = working(open);

  /** Ends every lease, as if their workers had not been heard of. */
  const loseAll = (): Promise<unknown> =>
    w.outbox.database.query("update relais_queue.job set state = 'failed' where state = 'active'");
  const active = async (): Promise<string[]> => {
    const rows = await w.outbox.database.query<{ id: string }>(
      "select id::text from relais_queue.job where name = 'worker' and state = 'active' order by id",
    );
    return rows.map(({ id }) => id);
  };

  test("is one a worker, however much it sends, and given back when it stops", async () => {
    await w.outbox.enqueueMany(
      Array.from({ length: 50 }, (_, i) => ({ message: mail(`a${i}@example.net`) })),
    );
    await until(
      () => w.outbox.stats(),
      ({ byState }) => byState.sent === 50,
    );
    expect(await active()).toHaveLength(1);
    await w.worker.stop();
    expect(await active()).toEqual([]);
  });

  test("is replaced when it was lost, and what is sent under the new one is not taken up", async () => {
    const [before] = await active();
    await loseAll();
    const [after] = await until(active, (now) => now.length === 1 && now[0] !== before, 10_000);
    const { id } = await w.outbox.enqueue(mail());
    expect(await w.state(id, "sent")).toMatchObject({ attempts: 1 });
    expect(await active()).toEqual([after]);
    expect(w.events.filter(({ type }) => type === "recovered")).toEqual([]);
  });

  test("is replaced before pg-boss ends it, and kept as long as something is held under it", async () => {
    await w.worker.stop();
    const errors: unknown[] = [];
    const own = leases(w.outbox.database, (error) => void errors.push(error));
    await own.start();
    let holding: string | undefined;
    const lost: string[] = [];
    const held = await leaseKeeper(
      own,
      (lease) => lease === holding,
      (ids) => void lost.push(...ids),
      0,
    );
    const first = held.current?.id as string;
    holding = first;
    await sleep(5);
    await held.renew();
    expect(lost).toEqual([]);
    const second = held.current?.id as string;
    expect(await active()).toEqual([first, second].sort());
    holding = undefined;
    await sleep(5);
    await held.renew();
    // The one that was replaced just now stays for a round: somebody may be claiming under it.
    expect(await active()).toEqual([second, held.current?.id].sort());
    await held.renew();
    expect(await active()).not.toContain(second);
    await held.release();
    expect([await active(), errors]).toEqual([[], []]);
    await own.stop();
  });

  test("holds nothing whose end the database refuses: the others go on, and what it came to is not forgotten", async () => {
    await w.outbox.database.query(
      "alter table relais.message add constraint no_ann check (state <> 'sent' or recipients <> '{ann@example.net}')",
    );
    const all = [mail(), ...Array.from({ length: 9 }, (_, i) => mail(`other${i}@example.net`))];
    const [one] = await w.outbox.enqueueMany(all.map((message) => ({ message })));
    await until(
      () => w.outbox.stats(),
      ({ byState }) => byState.sent === 9,
    );
    await until(
      () => w.events.filter(({ type }) => type === "error").length,
      (count) => count > 2,
    );
    expect((await w.outbox.stats()).byState).toMatchObject({ sent: 9, sending: 1, unknown: 0 });
    await w.outbox.database.query("alter table relais.message drop constraint no_ann");
    const settled = await w.state(one?.id ?? "", "sent");
    expect(settled.deliveryTrace.attempts).toMatchObject([{ provider: "FIRST", success: true }]);
    expect(w.first.took).toHaveLength(10);
    const errors = w.events.splice(0).filter(({ type }) => type === "error");
    expect(errors[0]).toMatchObject({ during: "sending a message", error: expect.stringMatching("no_ann") });
  });

  test("what was sent is deleted when it has been kept as long as was asked for, and nothing else", async () => {
    const tidy = createWorker(w.outbox, chainOf(w.first, w.second), { keepSentForMs: 1_500 });
    await w.worker.stop();
    await tidy.start();
    const sent = await w.outbox.enqueue(mail());
    const waiting = await w.outbox.enqueue(mail(), { sendAt: new Date(Date.now() + 3_600_000) });
    await w.state(sent.id, "sent");
    const at = Date.now();
    await until(
      () => w.outbox.get(sent.id),
      (message) => message === undefined,
      10_000,
    );
    expect(Date.now() - at).toBeGreaterThan(1_300);
    expect((await w.outbox.get(waiting.id))?.state).toBe("deferred");
    await tidy.stop();
  });
});
