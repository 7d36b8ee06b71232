import { setTimeout as sleep } from "node:timers/promises";
import { InvalidMessage, type Message } from "@relais/core";
import { createWorker, type DeliveryTrace, type Outbox } from "@relais/outbox";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

const many = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("\0", "\uD800", "a\uDC00b", "x\0y", "\u{1F600}", "__proto__"),
);

describe.each(stores)("what is let in is sent, on %s", (name, open) => {
  const w = working(open);

  test("whatever its size, within the limits of its outbox; what is not let in is told in a sentence", async () => {
    await w.worker.stop();
    const seen = new Map<string, Message>();
    const far = scripted("FAR", (message) => {
      seen.set(message.id, message);
      return "accept";
    });
    w.worker = createWorker(w.outbox, chainOf(far), { concurrency: 20 });
    await w.worker.start();
    const wide: Outbox = {
      ...w.outbox,
      ...(await limited(w.outbox, { maxRecipients: 6_000, maxAttachments: 150, maxBytes: 60_000_000 })),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          recipients: fc.constantFrom(1, 1_000, 2_000),
          tags: fc.integer({ min: 0, max: 52 }),
          headers: fc.constantFrom(0, 99, 100, 199, 200, 201),
          files: fc.constantFrom(0, 1, 120),
        }),
        async ({ recipients, tags, headers, files }) => {
          const input = {
            from: "shop@example.org",
            to: many(recipients, (i) => `p${i}@example.net`),
            text: "x",
            tags: Object.fromEntries(many(tags, (i) => [`t${i}`, "x"])),
            headers: Object.fromEntries(many(headers, (i) => [`X-H${i}`, "x"])),
            attachments: many(files, (i) => ({ filename: `${i}`, content: "x" })),
          };
          const given = await wide.enqueue(input).catch((error: unknown) => error);
          if (given instanceof InvalidMessage) {
            expect(given.message).toMatch(/^(tags|headers): /);
            expect(tags > 50 || headers > 200).toBe(true);
            return;
          }
          expect([tags <= 50, headers <= 200]).toEqual([true, true]);
          const { id } = given as { id: string };
          await w.state(id, "sent");
          const message = seen.get(id) as Message;
          expect(message.envelope.to).toHaveLength(recipients);
          expect(message.attachments).toHaveLength(files);
          expect(Object.keys(message.headers)).toHaveLength(headers + 1);
          expect(message.headers["X-Relais-Id"]).toBe(id);
          expect(Object.keys(message.tags)).toHaveLength(tags + 1);
        },
      ),
      {
        numRuns: name === "PGlite" ? 6 : 15,
        endOnFailure: true,
        examples: [
          [{ recipients: 2_000, tags: 50, headers: 200, files: 120 }],
          [{ recipients: 1, tags: 51, headers: 0, files: 0 }],
        ],
      },
    );
  }, 120_000);

  test("whatever characters stand in it: it is stored, or refused by the name of its field", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ where: fc.integer({ min: 0, max: 8 }), text: odd, key: odd }),
        async ({ where, text, key }) => {
          const inputs = [
            { subject: text },
            { text: `${text}x` },
            { html: `${text}x` },
            { headers: { "X-A": text } },
            { tags: { [key]: text } },
            { attachments: [{ filename: text, content: "x", contentType: "text/plain" }] },
            { attachments: [{ filename: "a", content: "x", cid: text }] },
            { to: { name: text, address: "ann@example.net" } },
            { alternatives: [{ contentType: "text/x-amp-html", content: text }] },
          ];
          const error = await w.outbox
            .enqueue({ ...mail(), ...inputs[where] } as never, {
              tenant: key || "t",
              idempotencyKey: `${key}-${Math.random()}`,
            })
            .then(
              () => undefined,
              (thrown: unknown) => thrown,
            );
          if (error !== undefined) expect(error).toBeInstanceOf(InvalidMessage);
        },
      ),
      { numRuns: 150, endOnFailure: true },
    );
    const operator = { by: "an\0n\uD800", reason: "be\0cause \uDC00" };
    await w.outbox.resendMany({}, operator);
    await w.outbox.resolve({}, { ...operator, as: "sent" });
    for (const field of ["tenant", "recipient", "provider"] as const) {
      await expect(w.outbox.list({ [field]: "a\0b" })).rejects.toThrow(`${field} must be a text without NUL`);
    }
  }, 60_000);

  test("scheduled mail is dated when it is due, unless it has a date; what is deferred keeps its own", async () => {
    await w.worker.stop();
    const dates = new Map<string, string>();
    const far = scripted("FAR", (message, nth) => {
      dates.set(message.id, message.date);
      return nth === 1 ? { kind: "transient", retryAfterMs: 1 } : "accept";
    });
    const due = new Date(Date.now() + 1_500);
    const now = await w.outbox.enqueue(mail());
    const later = await w.outbox.enqueue(mail(), { sendAt: due });
    const past = await w.outbox.enqueue(mail(), { sendAt: new Date(0), expiresInMs: 90 * 365 * 86_400_000 });
    const dated = await w.outbox.enqueue({ ...mail(), date: "2020-01-02T03:04:05Z" }, { sendAt: due });
    const [plain] = await w.outbox.database.query<{ id: string }>(
      "insert into relais.message (content, not_before) values ($1::jsonb, $2) returning id::text",
      [JSON.stringify({ to: "sql@example.net", text: "x" }), due.toISOString()],
    );
    w.worker = createWorker(w.outbox, chainOf(far), { backoff: { baseMs: 50, capMs: 50 } });
    await w.worker.start();
    for (const { id } of [now, later, past, dated, plain as { id: string }]) await w.state(id, "sent");
    expect(dates.get(later.id)).toBe(due.toISOString());
    expect(dates.get(plain?.id ?? "")).toBe(due.toISOString());
    expect(dates.get(dated.id)).toBe("2020-01-02T03:04:05.000Z");
    const { createdAt } = (await w.outbox.get(now.id)) ?? {};
    expect(Math.abs(Date.parse(dates.get(now.id) ?? "") - Number(createdAt))).toBeLessThan(2_000);
    expect(Date.parse(dates.get(past.id) ?? "")).toBeGreaterThan(Date.now() - 60_000);
  }, 60_000);

  test("a time without a zone is refused, by both doors alike; with one it is the same moment", async () => {
    const bySql = (sendAt: string) =>
      w.outbox.database.query<{ id: string }>("select id::text from relais.enqueue($1::jsonb)", [
        JSON.stringify({ content: { to: "a@example.net" }, recipients: ["a@example.net"], sendAt }),
      ]);
    const at = async (id = "") => (await w.outbox.get(id))?.notBefore.toISOString();
    const digits = (most: number) => fc.integer({ min: 0, max: most }).map((n) => `${n}`.padStart(2, "0"));
    const zone = fc.constantFrom("Z", "z", "+01:00", "-0530", "+09", "+05:45", "");
    const clock = fc
      .tuple(digits(23), digits(59), fc.constantFrom(":07", ":07.5", ""))
      .map(([h, m, s]) => `${h}:${m}${s}`);
    const day = fc.constantFrom(
      "2031-12-24",
      "2031-02-30",
      "2032-02-29",
      "2031-02-29",
      "24.12.2031",
      "2031-13-01",
    );
    await fc.assert(
      fc.asyncProperty(day, fc.constantFrom("T", " "), clock, zone, async (date, between, time, offset) => {
        const sendAt = `${date}${between}${time}${offset}`;
        const [own, sql] = await Promise.all([
          w.outbox.enqueue(mail(), { sendAt }).catch((error: Error) => error),
          bySql(sendAt).catch((error: Error) => error),
        ]);
        if (own instanceof Error) {
          expect([own.message, sql instanceof Error]).toEqual([
            expect.stringContaining("sendAt: must be a date"),
            true,
          ]);
          return;
        }
        expect(offset).not.toBe("");
        expect(await at((sql as readonly { id: string }[])[0]?.id)).toBe(await at(own.id));
      }),
      { numRuns: 60, examples: [["2031-12-24", "T", "09:00", ""]] },
    );
    for (const wrong of ["2031-12-24", "1924333200", "tomorrow", ""]) {
      await expect(w.outbox.enqueue(mail(), { sendAt: wrong })).rejects.toThrow(
        "sendAt: must be a date, or a time",
      );
    }
  }, 60_000);

  test("a trace is bounded, tells of what was left out, and never forgets who delivered", async () => {
    await w.worker.stop();
    const { id } = await w.outbox.enqueue(mail());
    const entry = (i: number, more: object) => ({
      n: 0,
      provider: `P${i % 2}`,
      at: `t${i}`,
      ms: 1,
      phase: "open",
      kind: "transient",
      worker: "w",
      ...more,
    });
    const added = async (entries: object[]) => {
      await w.outbox.database.query(
        "update relais.message m set delivery_trace = relais.trace_with(m.delivery_trace, $2::jsonb) where id = $1",
        [id, JSON.stringify(entries)],
      );
      return (await w.outbox.get(id))?.deliveryTrace as DeliveryTrace;
    };
    await added([entry(0, { success: true, messageId: "one" })]);
    // Two breakers that are open, asked again and again: two entries.
    const skipped = await added(many(40, (i) => entry(i, { skipped: true, kind: "skipped" })));
    expect(skipped.attempts).toMatchObject([
      { n: 1, success: true },
      { n: 2, provider: "P0", times: 20, at: "t0", lastAt: "t38" },
      { n: 3, provider: "P1", times: 20, at: "t1", lastAt: "t39" },
    ]);
    const all = await added(many(200, (i) => entry(i, {})));
    expect(all.attempts).toHaveLength(50);
    expect(all.omitted).toBe(153);
    expect(all.attempts[0]).toMatchObject({ n: 1, success: true });
    expect(all.attempts.at(-1)).toMatchObject({ n: 203, at: "t199" });
    const numbers = all.attempts.map(({ n }) => n);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test("a message that was resent though nobody knew counts as a possible duplicate, and a new one does not", async () => {
    await w.worker.stop();
    const far = scripted("FAR", (_, nth) => (nth === 1 ? "unknown" : "accept"));
    w.worker = createWorker(w.outbox, chainOf(far), { observers: [(event) => void w.events.push(event)] });
    await w.worker.start();
    const { id } = await w.outbox.enqueue(mail());
    await w.state(id, "unknown");
    await w.outbox.resend(id, { by: "ann" });
    expect((await w.state(id, "sent")).deliveryTrace.possibleDuplicate).toBe(true);
    const other = await w.outbox.enqueue(mail());
    expect((await w.state(other.id, "sent")).deliveryTrace.possibleDuplicate).toBeUndefined();
    const told = w.events.filter((event) => event.type === "settled" && event.possibleDuplicate);
    expect(told).toMatchObject([{ message: id, state: "sent" }]);
  });

  test("a late answer about one recipient hurries nobody who was told to wait", async () => {
    await w.worker.stop();
    const answer = Promise.withResolvers<void>();
    const { receipt, failure } = await import("@relais/core/spi");
    const { createChain } = await import("@relais/core");
    let nth = 0;
    const chain = createChain(
      [
        {
          id: "FAR",
          async send(_message, { envelope, handOver, signal }) {
            nth += 1;
            if (nth > 1)
              return failure({ provider: "FAR", kind: "throttled", reason: "later", retryAfterMs: 600_000 });
            await handOver();
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            await answer.promise;
            const [first = "", ...rest] = envelope.to;
            const reason = failure({ provider: "FAR", kind: "transient", reason: "not this one" });
            return receipt({
              provider: "FAR",
              messageId: "late",
              accepted: [first],
              rejected: rest.map((address) => ({ address, failure: reason })),
            });
          },
        },
      ],
      { deadlineMs: 300 },
    );
    w.worker = createWorker(w.outbox, chain, { observers: [(event) => void w.events.push(event)] });
    await w.worker.start();
    const { id } = await w.outbox.enqueue(mail("a@example.net, b@example.net"), { onUnknown: "resend" });
    const waiting = await w.state(id, "deferred");
    answer.resolve();
    await until(
      () => w.events.some(({ type }) => type === "late"),
      (seen) => seen,
    );
    const after = await w.outbox.get(id);
    expect(after).toMatchObject({
      state: "deferred",
      accepted: ["a@example.net"],
      notBefore: waiting.notBefore,
    });
    await sleep(1_500);
    expect(nth).toBeLessThanOrEqual(2);
  }, 30_000);
});

/** The outbox, with limits of its own. */
async function limited({ database }: Outbox, limits: object): Promise<Pick<Outbox, "enqueue">> {
  const { enqueue } = await import("../src/enqueue/enqueue.ts");
  return { enqueue: (message, options = {}) => enqueue(database, message, options, { limits }) };
}
