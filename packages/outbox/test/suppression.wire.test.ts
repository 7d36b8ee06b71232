import { memorySuppression, type Provider, type RelaisEvent } from "@relais/core";
import {
  createOutbox,
  createWorker,
  type Outbox,
  type OutboxMessage,
  type Worker,
  type WorkerOptions,
} from "@relais/outbox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chainOf, mail, type Scripted, scripted, until } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

const people = [
  "to1@example.net",
  "to2@example.net",
  "cc@example.net",
  "bcc1@example.net",
  "bcc2@example.net",
];
const [to1 = "", to2 = "", cc = "", ...bcc] = people;
const many = { to: [to1, to2], cc, bcc, subject: "s", text: "t" };

describe.each(stores)("addresses that get no mail, on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  let worker: Worker | undefined;
  let provider: Scripted;
  let events: RelaisEvent[];
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
    provider = scripted("SES");
    events = [];
  });
  afterEach(async () => {
    await worker?.stop({ graceMs: 3_000 });
    worker = undefined;
  });
  async function start(options: WorkerOptions = {}): Promise<void> {
    worker = createWorker(outbox, chainOf(provider), {
      name: "w",
      observers: [(event) => events.push(event)],
      ...options,
    });
    await worker.start();
  }
  const state = (id: string, wanted: OutboxMessage["state"]): Promise<OutboxMessage> =>
    until(
      () => outbox.get(id),
      (message) => message?.state === wanted,
    ) as Promise<OutboxMessage>;
  const took = (): readonly string[] => provider.took.flatMap(({ to }) => to);

  test.each(people)("%s alone gets nothing of a mail to five, by To, Cc and Bcc alike", async (address) => {
    await outbox.suppression.add({ address: address.toUpperCase(), reason: "bounced" });
    const { id } = await outbox.enqueue(many);
    await start();
    expect(await state(id, "partial")).toMatchObject({
      rejected: [
        { address, kind: "rejected", reason: expect.stringMatching(/^suppressed: bounced, since 2/) },
      ],
    });
    expect(took()).toEqual(people.filter((one) => one !== address));
  });

  test.each(['"ann"@example.net', "ann@example.net.", "<Ann@example.net>", "ann@BÜCHER.example"])(
    "a row of another program that writes an address as %s is held back from it, and goes to the other",
    async (written) => {
      await outbox.suppression.import(
        ["ann@example.net", "ann@xn--bcher-kva.example"].map((address) => ({ address })),
      );
      const to = [written, to2];
      const request = { content: { to, subject: "s", text: "t" }, recipients: to };
      const [row] = await outbox.database.query<{ id: string }>(
        "select id::text from relais.enqueue($1::jsonb)",
        [JSON.stringify(request)],
      );
      await start();
      await state(row?.id ?? "", "partial");
      expect(took()).toEqual([to2]);
    },
  );

  test("a mail to such addresses alone fails, and no provider is asked", async () => {
    await outbox.suppression.import(people.map((address) => ({ address, reason: "complained" as const })));
    const { id } = await outbox.enqueue(many);
    await start();
    const message = await state(id, "failed");
    expect(message.attempts).toBe(0);
    expect(message.lastError).toContain("5 recipients are suppressed: complained");
    expect(took()).toEqual([]);
  });

  test("by tenant and stream; what a message ignores; what has expired", async () => {
    const entry = { address: to1, tenant: "t" };
    await outbox.suppression.import([
      { ...entry, reason: "unsubscribed", stream: "news" },
      { address: to2, tenant: "t", reason: "bounced" },
      { address: cc, tenant: "t", reason: "bounced" },
      { address: cc, tenant: "t", reason: "complained" },
      { address: bcc[0] ?? "", tenant: "t", expiresAt: 1 },
    ]);
    const sent = async (more: object, tenant?: string): Promise<readonly string[]> => {
      provider.took.length = 0;
      const { id } = await outbox.enqueue({ ...many, ...more }, { tenant });
      await until(
        () => outbox.get(id),
        (message) => message?.endedAt !== undefined,
      );
      return took();
    };
    await start();
    expect(await sent({})).toEqual(people);
    expect(await sent({}, "t")).toEqual([to1, ...bcc]);
    expect(await sent({ stream: "other" }, "t")).toEqual([to1, ...bcc]);
    expect(await sent({ stream: "news" }, "t")).toEqual(bcc);
    expect(await sent({ stream: "news", ignoreSuppression: ["bounced", "unsubscribed"] }, "t")).toEqual([
      to1,
      to2,
      ...bcc,
    ]);
    expect(
      await sent(
        {
          raw: `To: ${to2}, ${to1}\r\nSubject: s\r\n\r\nt`,
          to: undefined,
          cc: undefined,
          bcc: undefined,
          subject: undefined,
          text: undefined,
          stream: "news",
          ignoreSuppression: "bounced",
        },
        "t",
      ),
    ).toEqual([to2]);
  });

  test("manual entries stay whatever is told of the address", async () => {
    await outbox.suppression.add(to1);
    const [before] = await outbox.suppression.list();
    const { id } = await outbox.enqueue(mail(to1));
    const told = { provider: "SES", source: "sns", recipient: to1, message: id, at: Date.now() };
    await outbox.feedback.record([
      { ...told, type: "bounced", bounce: "hard", eventId: "1" },
      { ...told, type: "delivered", eventId: "2" },
    ]);
    const entries = await outbox.suppression.list();
    expect(entries.map(({ reason }) => reason)).toEqual(["bounced", "manual"]);
    expect(entries[1]).toEqual(before);
    await outbox.suppression.remove(to1, { reason: "bounced" });
    expect(await outbox.suppression.list()).toEqual([before]);
  });

  test("a list that cannot be read stops mail, unless the worker is told otherwise, and an event says so", async () => {
    await outbox.database.query("alter table relais.suppression rename to gone");
    try {
      const { id } = await outbox.enqueue(mail());
      await start();
      await until(
        () => events,
        (all) => all.some((event) => event.type === "error" && event.during === "claiming"),
      );
      await worker?.stop();
      expect((await outbox.get(id))?.state).toBe("queued");
      expect(took()).toEqual([]);
      await start({ suppression: "send" });
      await state(id, "sent");
    } finally {
      await outbox.database.query("alter table relais.gone rename to suppression");
    }
  });

  test.each([
    ["an address", {}, to1],
    ["one whose letters are not ASCII", {}, "ÄNNE@Example.net"],
    ["an unsubscribe from its stream", { stream: "news" }, to1],
  ])("no mail is handed over to %s that is put on the list after the claim", async (_, more, address) => {
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const slow: Provider = {
      id: "SLOW",
      async send(message, context) {
        asked.resolve();
        await gate.promise;
        return provider.send(message, context);
      },
    };
    const { id } = await outbox.enqueue({ ...mail(), to: [address, cc], ...more });
    worker = createWorker(outbox, chainOf(slow));
    await worker.start();
    await asked.promise;
    const stream = "stream" in more ? "news" : undefined;
    await outbox.suppression.add({
      address,
      stream,
      reason: stream === undefined ? "bounced" : "unsubscribed",
    });
    gate.resolve();
    const message = await state(id, "partial");
    expect(message.rejected).toMatchObject([{ reason: expect.stringMatching(/^suppressed/) }]);
    expect(took()).toEqual([cc]);
  });

  test("the chain's own list is asked, too, and a worker that is told so asks only that", async () => {
    await outbox.suppression.add(to1);
    const chain = chainOf(provider);
    const both = { ...chain, send: (message: never, options: object) => chain.send(message, { ...options }) };
    worker = createWorker(outbox, both as typeof chain, { suppression: "off" });
    await worker.start();
    const { id } = await outbox.enqueue(mail(to1));
    await state(id, "sent");
    await worker.stop();
    const memory = memorySuppression([to2]);
    const { createChain } = await import("@relais/core");
    worker = createWorker(outbox, createChain([provider], { policies: [], suppression: memory }));
    await worker.start();
    provider.took.length = 0;
    const { id: second } = await outbox.enqueue(many);
    await state(second, "partial");
    expect(took()).toEqual([cc, ...bcc]);
  });
});

test("wrong options are named in one sentence", async () => {
  const make = (feedback: object) => createOutbox({ folder: "/nowhere", feedback });
  await expect(make({ soft: 1 })).rejects.toThrow(/no option feedback\.soft; there are softBounces/);
  await expect(make({ softBounces: 0 })).rejects.toThrow(
    "createOutbox: feedback.softBounces must be a number of at least 1",
  );
  await expect(make({ expiresMs: { hard: 1 } })).rejects.toThrow(/no option feedback\.expiresMs\.hard/);
  const outbox = { database: {} as Outbox["database"], defaultFrom: undefined };
  expect(() => createWorker(outbox, chainOf(scripted("X")), { suppression: "no" as "off" })).toThrow(
    'createWorker: suppression must be "defer", "send" or "off"',
  );
});
