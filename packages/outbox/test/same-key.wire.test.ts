import type { MessageInput } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migrate, migrations } from "../src/store/migrations.ts";
import { empty, type Store, stores } from "./stores.ts";

const hour = 3_600_000;
const from = "shop@example.org";

/** Messages that differ in one part or in none: each as an order of an application makes it twice. */
const parts: Readonly<Record<string, readonly Partial<MessageInput>[]>> = {
  to: [
    { to: "ann@example.net" },
    { to: ["ann@example.net", "bob@example.net"] },
    { to: "Ann <ann@example.net>" },
  ],
  cc: [{}, { cc: "cleo@example.net" }],
  bcc: [{}, { bcc: "dan@example.net" }],
  from: [{ from }, { from: `Shop <${from}>` }],
  replyTo: [{}, { replyTo: "answers@example.org" }],
  subject: [{ subject: "Your order" }, { subject: "Your orders" }, { subject: "Ünïcode ✉" }],
  text: [{ text: "a" }, { text: "b" }, { text: "a\r\n" }],
  html: [{}, { html: "<p>a</p>" }, { html: "<p>b</p>" }],
  headers: [{}, { headers: { "X-Campaign": "7" } }, { headers: { "X-Campaign": "8" } }],
  tags: [{}, { tags: { kind: "order" } }],
  attachments: [
    {},
    { attachments: [{ filename: "a.bin", content: Buffer.from([0, 255]) }] },
    { attachments: [{ filename: "a.bin", content: Buffer.from([0, 254]) }] },
    { attachments: [{ filename: "b.bin", content: Buffer.from([0, 255]) }] },
    { attachments: [{ filename: "a.bin", content: Buffer.from([0, 255]), cid: "c" }] },
    {
      attachments: [
        { filename: "a.bin", content: Buffer.from([0, 255]) },
        { filename: "a.bin", content: Buffer.from([0, 255]) },
      ],
    },
  ],
};
const choice = fc.record(
  Object.fromEntries(Object.entries(parts).map(([name, all]) => [name, fc.nat(all.length - 1)])),
);
type Choice = Record<string, number>;
const messageOf = (chosen: Choice): MessageInput =>
  Object.assign({}, ...Object.entries(chosen).map(([name, i]) => parts[name]?.[i])) as MessageInput;

describe.each(stores)("a key that was used, on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox();
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });
  beforeEach(() => empty(outbox));

  test("conflicts if and only if the mail is another one, whatever part of it", async () => {
    let key = 0;
    await fc.assert(
      fc.asyncProperty(choice, fc.constantFrom(...Object.keys(parts)), fc.nat(), async (chosen, name, n) => {
        key += 1;
        const idempotencyKey = `k${key}`;
        const changed = { ...chosen, [name]: n % (parts[name]?.length ?? 1) };
        const first = await outbox.enqueue(messageOf(chosen), { idempotencyKey });
        expect(first).toMatchObject({ created: true, conflict: false });
        const again = await outbox.enqueue(messageOf(changed), { idempotencyKey });
        const conflict = chosen[name] !== changed[name];
        expect(again).toEqual({ id: first.id, created: false, conflict });
        const many = await outbox.enqueueMany(
          [chosen, changed].map((one) => ({ message: messageOf(one) })),
          {
            idempotencyKey,
          },
        );
        expect(many.map((one) => one.conflict)).toEqual([false, conflict]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test("its time, date, priority, expiry and ids are not the mail", async () => {
    const message = { from, to: "ann@example.net", subject: "Hello", text: "Hello" };
    const first = await outbox.enqueue(message, { idempotencyKey: "k", sendAt: new Date(Date.now() + hour) });
    for (const [more, options] of [
      [{}, {}],
      [{}, { sendAt: new Date(Date.now() + 2 * hour), priority: 3, expiresInMs: hour, onUnknown: "resend" }],
      [{ date: new Date(0), messageId: "<a@example.org>" }, {}],
      [{ id: "k" }, {}],
    ] as const)
      expect(await outbox.enqueue({ ...message, ...more }, { idempotencyKey: "k", ...options })).toEqual({
        id: first.id,
        created: false,
        conflict: false,
      });
  });

  test("a whole mail is compared by its bytes and its envelope", async () => {
    const raw = (text: string) => ({
      raw: `From: ${from}\r\nTo: ann@example.net\r\nSubject: x\r\nMessage-ID: <1@example.org>\r\n\r\n${text}\r\n`,
    });
    const enqueue = (text: string) => outbox.enqueue(raw(text), { idempotencyKey: "k" });
    expect((await enqueue("a")).created).toBe(true);
    expect(await enqueue("a")).toMatchObject({ created: false, conflict: false });
    expect(await enqueue("b")).toMatchObject({ created: false, conflict: true });
  });

  test("a message that the version before wrote, and one that has been sent meanwhile, are compared, too", async () => {
    const { database } = outbox;
    const attachments = [{ filename: "a.txt", content: "a" }];
    const message = { from, to: "ann@example.net", subject: "Hello", text: "Hello", attachments };
    const { id } = await outbox.enqueue(message);
    const [row] = await database.query<{ entry: string }>(
      `select jsonb_build_object('idempotencyKey', 'k', 'content', content, 'recipients', recipients, 'attachments',
         (select jsonb_agg(jsonb_build_object('filename', filename, 'contentType', content_type, 'disposition',
           disposition, 'content', encode(a.content, 'base64'))) from relais.attachment a))::text as entry
       from relais.message where id = $1`,
      [id],
    );
    await database.query("drop schema relais cascade; create schema relais");
    await database.query(
      "create table relais.migration (version integer primary key, at timestamptz default now())",
    );
    for (const { version, sql } of migrations.slice(0, 5)) {
      await database.query(sql);
      await database.query("insert into relais.migration (version) values ($1)", [version]);
    }
    const byOlder = () =>
      database.query("select id::text, created from relais.enqueue($1::jsonb)", [row?.entry]);
    const [old] = await byOlder();
    await migrate(database);
    const enqueue = (text: string) => outbox.enqueue({ ...message, text }, { idempotencyKey: "k" });
    for (const state of ["queued", "unknown"]) {
      await database.query("update relais.message set state = $1", [state]);
      expect(await enqueue("Hello")).toEqual({ id: old?.id, created: false, conflict: false });
      expect(await enqueue("Bye")).toEqual({ id: old?.id, created: false, conflict: true });
      expect(await byOlder()).toEqual([{ id: old?.id, created: false }]);
    }
  });
});
