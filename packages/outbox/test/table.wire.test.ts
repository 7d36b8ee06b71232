import { createWorker, type TableMapping, tableSource } from "@relais/outbox";
import { describe, expect, test } from "vitest";
import { runs } from "./runs.ts";
import { chainOf, scripted, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

const mapping: TableMapping = {
  name: "outbound_deliveries",
  columns: {
    recipient: "email",
    body: "body_text",
    html: "body_html",
    trace: "delivery_trace",
    claimedAt: "locked_at",
  },
  statuses: { pending: "PENDING", sending: "PROCESSING", sent: "SENT", failed: "FAILED", unknown: "UNKNOWN" },
};
const ddl = `drop table if exists outbound_deliveries; create table outbound_deliveries (
  id bigint generated always as identity primary key, email text, subject text, body_text text, body_html text,
  status text not null default 'PENDING', delivery_trace jsonb, locked_at timestamptz)`;

describe.each(stores)("a table of the application's own on %s", (name, open) => {
  const w = working(open);
  const rows = () =>
    w.outbox.database.query<{
      id: number;
      status: string;
      delivery_trace: { provider: string; status: string };
    }>("select id::int, status, delivery_trace from outbound_deliveries order by id");
  const count = async (status: string) => (await rows()).filter((row) => row.status === status).length;
  const many = name === "PGlite" ? 1_000 : runs(2_000, 10_000);

  test("is sent, each row once, and says by which provider", async () => {
    await w.worker.stop();
    await w.outbox.database.query(ddl);
    await w.outbox.database.query(
      `insert into outbound_deliveries (email, subject, body_text, body_html)
       select 'Person <p' || i || '@example.net>', 'No ' || i, 'Hello', '<p>Hello</p>' from generate_series(1, ${many}) i`,
    );
    await w.outbox.database.query(
      "insert into outbound_deliveries (email, subject, body_text) values ('nobody', 'x', 'y')",
    );
    w.first.act = (message) => {
      const n = Number(/\d+/.exec(message.subject)?.[0]);
      return n % 100 === 0
        ? "transient"
        : n % 1_000 === 1
          ? "rejected"
          : n % 1_000 === 2
            ? "unknown"
            : "accept";
    };
    const sources = [tableSource(w.outbox, mapping)];
    const workers = (name === "PGlite" ? ["a"] : ["a", "b"]).map((one) =>
      createWorker(w.outbox, chainOf(w.first, w.second), { concurrency: 50, name: one, sources }),
    );
    await Promise.all(workers.map((one) => one.start()));
    await until(
      async () => (await count("PENDING")) + (await count("PROCESSING")),
      (left) => left === 0,
      60_000,
    );
    await Promise.all(workers.map((one) => one.stop()));
    const took = [...w.first.took, ...w.second.took].map(({ id }) => id);
    expect(new Set(took).size).toBe(took.length);
    expect([await count("SENT"), await count("FAILED"), await count("UNKNOWN")]).toEqual([
      many - 2 * (many / 1_000),
      many / 1_000 + 1,
      many / 1_000,
    ]);
    const all = await rows();
    expect(all[99]).toMatchObject({ status: "SENT", delivery_trace: { provider: "SECOND", status: "sent" } });
    expect(all.at(-1)).toMatchObject({
      status: "FAILED",
      delivery_trace: { status: "failed", attempts: [] },
    });
  }, 90_000);

  test("follows what an operator does", async () => {
    await w.worker.stop();
    await w.outbox.database.query(ddl);
    await w.outbox.database.query(
      "insert into outbound_deliveries (email, subject, body_text) values ('a@example.net', 'x', 'y')",
    );
    const lost = scripted("LOST", (_, nth) => (nth === 1 ? "unknown" : "accept"));
    w.worker = createWorker(w.outbox, chainOf(lost), { sources: [tableSource(w.outbox, mapping)] });
    await w.worker.start();
    await until(
      () => count("UNKNOWN"),
      (found) => found === 1,
    );
    await w.outbox.resendMany({ state: "unknown" }, { by: "ann" });
    await until(
      () => count("SENT"),
      (found) => found === 1,
    );
    expect((await rows())[0]?.delivery_trace).toMatchObject({ resolution: { by: "operator:ann" } });
  });

  test("a row that is pending once more gets what became of it, whatever the clock says, and is not sent twice", async () => {
    await w.worker.stop();
    await w.outbox.database.query(ddl);
    await w.outbox.database.query(
      "insert into outbound_deliveries (email, subject, body_text) values ('a@example.net', 'x', 'y')",
    );
    w.worker = createWorker(w.outbox, chainOf(w.first), { sources: [tableSource(w.outbox, mapping)] });
    await w.worker.start();
    const sent = (): Promise<number> =>
      until(
        () => count("SENT"),
        (found) => found === 1,
      );
    await sent();
    await w.outbox.database.query("update outbound_deliveries set status = 'PENDING'");
    await sent();
    // As if a server whose clock is behind had taken over: the state was written before it was.
    await w.outbox.database.query(
      "update relais.message set updated_at = now() - interval '1 hour'; update outbound_deliveries set status = 'PROCESSING'",
    );
    await sent();
    expect(w.first.took).toHaveLength(1);
  });

  test.each([
    [{ name: "a; drop table b" }, "table.name must be the name"],
    [{ name: "a.b.c" }, "table.name must be a table, or schema.table"],
    [{ name: "t", columns: { id: 'x"y' } }, "table.columns.id must be the name"],
    [
      { name: "t", columns: { colour: "x" } as never },
      "table.columns has no colour; there are id, recipient",
    ],
    [{ name: "t", statuses: { sent: "" } }, "table.statuses.sent must be one of the five, and a word"],
  ])("%j is refused: %s", (wrong, sentence) => {
    expect(() => tableSource(w.outbox, wrong)).toThrow(sentence);
  });
});
