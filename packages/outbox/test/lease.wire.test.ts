import { createWorker } from "@relais/outbox";
import { describe, expect, test } from "vitest";
import { leaseKeeper } from "../src/worker/lease-keeper.ts";
import { recover } from "../src/worker/recover.ts";
import { chainOf, mail, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

describe.each(stores)("the lease of a worker on %s", (_name, open) => {
  const w = working(open);

  /** Ends every lease, as if their workers had not been heard of. */
  const loseAll = (): Promise<unknown> => w.outbox.database.query("delete from relais.worker");
  const active = async (): Promise<string[]> => {
    const rows = await w.outbox.database.query<{ id: string }>(
      "select id::text from relais.worker order by id",
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

  test("is replaced when it was lost, and what is sent under the new one is not recovered", async () => {
    const [before] = await active();
    await loseAll();
    const [after] = await until(active, (now) => now.length === 1 && now[0] !== before, 10_000);
    const { id } = await w.outbox.enqueue(mail());
    expect(await w.state(id, "sent")).toMatchObject({ attempts: 1 });
    expect(await active()).toEqual([after]);
    expect(w.events.filter(({ type }) => type === "recovered")).toEqual([]);
  });

  test("is replaced when it is retired, and kept as long as a message is held under it", async () => {
    await w.worker.stop();
    let holding: string | undefined;
    const lost: string[] = [];
    const { database } = w.outbox;
    const keeper = await leaseKeeper(
      database,
      "w2",
      (lease) => lease === holding,
      (ids) => void lost.push(...ids),
    );
    const first = keeper.current as string;
    await keeper.renew();
    expect([keeper.current, await active()]).toEqual([first, [first]]);
    holding = first;
    keeper.retire();
    expect(keeper.current).toBeUndefined();
    await keeper.renew();
    const second = keeper.current as string;
    expect(await active()).toEqual([first, second].sort());
    holding = undefined;
    await keeper.renew();
    expect([keeper.current, await active(), lost]).toEqual([second, [second], []]);
    await database.query("delete from relais.worker");
    await keeper.renew();
    expect([lost, await active()]).toEqual([[second], [keeper.current]]);
    await keeper.release();
    expect(await active()).toEqual([]);
  });

  test("is lost when it was not renewed for 10 s, and not before", async () => {
    await w.worker.stop();
    const { database } = w.outbox;
    const seen = (seconds: number) =>
      database.query(
        `insert into relais.worker (name, seen_at) values ('w2', now() - interval '${seconds} seconds')`,
      );
    await seen(9);
    await seen(11);
    const [stale, fresh] = await database.query<{ id: string }>(
      "select id::text from relais.worker order by seen_at",
    );
    for (const one of [stale, fresh]) {
      const { id } = await w.outbox.enqueue(mail());
      const sql = "update relais.message set state = 'sending', worker_id = $2 where id = $1";
      await database.query(sql, [id, one?.id]);
    }
    const recovered = await recover(database, (error) => {
      throw error;
    });
    expect(recovered).toMatchObject([{ state: "queued" }]);
    expect(await active()).toEqual([fresh?.id]);
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
    expect((await w.outbox.get(waiting.id))?.state).toBe("scheduled");
    await tidy.stop();
  });
});
