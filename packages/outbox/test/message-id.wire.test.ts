import { smtpServer } from "@relais/conformance";
import { createChain, type MessageInput } from "@relais/core";
import { createWorker, type Outbox } from "@relais/outbox";
import { smtp } from "@relais/smtp";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Store, stores } from "./stores.ts";

const to = "ann@example.net";
const raw = (header: string): MessageInput => ({
  raw: `From: a@raw.example\r\nTo: ${to}\r\n${header}Subject: x\r\n\r\nMessage-ID: <body@example.org>\r\n`,
});

/** Messages by `enqueue`, each with another way in which its Message-ID comes about. */
const messages: readonly MessageInput[] = [
  { to, subject: "the outbox's own sender", text: "x" },
  { from: "Shop <shop@Sender.Example>", to, subject: "a sender with a name", text: "x" },
  {
    from: [{ address: "a@one.example" }, { address: "b@two.example" }],
    to,
    subject: "two authors",
    text: "x",
  },
  { to, subject: "an id", text: "x", id: "order-7" },
  { to, subject: "an id that fits no header", text: "x", id: "order 8 / ü" },
  { to, subject: "a Message-ID of its own", text: "x", messageId: "own@example.org" },
  raw("Message-ID: <raw@example.org>\r\n"),
  raw("message-id:\r\n <folded@example.org>\r\n"),
];

describe.each(stores)("the Message-ID of a message, on %s", (_name, open) => {
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

  test("is the one that the mail has when it arrives, known before it is sent", async () => {
    const ids = (await outbox.enqueueMany(messages.map((message) => ({ message })))).map(({ id }) => id);
    const rows = await outbox.database.query<{ id: string }>(
      `insert into relais.message (content) values ('{"to": "ann@example.net", "text": "no sender"}'),
         ('{"to": "ann@example.net", "from": "Shop <a@sql.example>", "text": "a sender"}') returning id::text`,
    );
    const known: (readonly [string, string | undefined])[] = [];
    for (const id of [...ids, ...rows.map((row) => row.id)])
      known.push([id, (await outbox.get(id))?.messageId]);
    const server = await smtpServer();
    const chain = createChain([smtp({ host: server.host, port: server.port })]);
    const worker = createWorker(outbox, chain);
    await worker.start();
    await expect.poll(() => server.accepted.length, { timeout: 20_000 }).toBe(known.length);
    await worker.stop();
    await chain.close();
    const arrived = await Promise.all(server.accepted.map(({ data }) => PostalMime.parse(data)));
    expect(arrived.map(({ messageId }) => messageId).sort()).toEqual(
      known.map(([, messageId]) => messageId).sort(),
    );
    const byHeader = arrived.flatMap(({ messageId, headers }) =>
      headers.filter(({ key }) => key === "x-relais-id").map(({ value }) => [value, messageId]),
    );
    expect(byHeader.length).toBe(known.length - 2);
    expect(known).toEqual(expect.arrayContaining(byHeader));
    await server.close();
  }, 40_000);

  test("is left out where it is not known: a whole mail without one, a row that nothing can be made of", async () => {
    const { id } = await outbox.enqueue(raw(""));
    const [row] = await outbox.database.query<{ id: string }>(
      `insert into relais.message (content) values ('{"id": "a@b c", "from": 7}') returning id::text`,
    );
    expect(await outbox.get(id)).not.toHaveProperty("messageId");
    expect(await outbox.get(row?.id as string)).not.toHaveProperty("messageId");
  });
});
