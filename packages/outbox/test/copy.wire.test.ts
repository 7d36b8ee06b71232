import { createHash } from "node:crypto";
import { copyOutbox, createOutbox, createWorker, type Outbox } from "@relais/outbox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { sharedPostgres } from "./shared-postgres.ts";
import { empty } from "./stores.ts";

const from = "shop@example.org";
const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe.runIf(needs("postgres"))("a copy of an outbox", () => {
  let source: Outbox;
  let target: Outbox;
  beforeAll(async () => {
    const server = await sharedPostgres();
    source = await createOutbox({ database: await server.database("migrated"), from });
    target = await createOutbox({ database: await server.database("migrated"), from });
  }, 60_000);
  afterAll(() => Promise.all([source.close(), target.close()]));

  test("has every byte, of many files, of large ones, and of one that is larger than a part", async () => {
    await empty(source);
    await empty(target);
    const sizes = [...Array.from({ length: 60 }, (_, i) => 1 + i * 20_000), 20_000_000];
    const contents = sizes.map((size, i) => Buffer.alloc(size, `file ${i} \0\xff`, "latin1"));
    for (const content of contents) {
      await source.enqueue({ ...mail(), attachments: [{ filename: "a.bin", content }] });
    }
    const steps: number[] = [];
    expect(await copyOutbox(source, target, ({ copied }) => void steps.push(copied))).toBe(sizes.length);
    expect(steps.length).toBeGreaterThan(3);
    const hashes = await target.database.query<{ hash: string }>(
      "select encode(sha256(content), 'hex') as hash from relais.attachment order by message",
    );
    expect(hashes.map(({ hash }) => hash)).toEqual(contents.map(hashOf));
    // Once more: what is there stays as it is.
    await target.cancelMany({});
    expect(await copyOutbox(source, target)).toBe(sizes.length);
    expect((await target.stats()).byState).toMatchObject({ cancelled: sizes.length, queued: 0 });
  }, 120_000);

  test("has what providers told, and who gets no mail, many pages of them", async () => {
    await empty(source);
    await empty(target);
    const { id } = await source.enqueue(mail());
    const told = { type: "bounced", bounce: "hard", provider: "SES", source: "sns", at: Date.now() } as const;
    await source.feedback.record([{ ...told, recipient: "ann@example.net", eventId: "1", message: id }]);
    await source.suppression.import(
      Array.from({ length: 2_500 }, (_, i) => ({ address: `p${i}@example.net`, tenant: `t${i % 3}` })),
    );
    await copyOutbox(source, target);
    await copyOutbox(source, target);
    const all = async (outbox: Outbox) => {
      const entries: unknown[] = [];
      for await (const entry of outbox.suppression.export()) entries.push(entry);
      return [entries, await outbox.events(id)];
    };
    const copied = await all(target);
    expect(copied[0]).toHaveLength(2_501);
    expect(copied).toEqual(await all(source));
  });

  test("may be worked on already: no message goes out without its files", async () => {
    await empty(source);
    await empty(target);
    for (let i = 0; i < 300; i++) {
      await source.enqueue({
        ...mail(`p${i}@example.net`),
        attachments: [{ filename: "a", content: `${i}` }],
      });
    }
    const without: string[] = [];
    const far = scripted("FAR", (message) => {
      if (message.attachments.length === 0) without.push(message.id);
      return "accept";
    });
    const worker = createWorker(target, chainOf(far));
    await worker.start();
    await copyOutbox(source, target);
    await until(
      () => target.stats(),
      ({ byState }) => byState.sent === 300,
      30_000,
    );
    await worker.stop();
    expect([without, new Set(far.took.map(({ id }) => id)).size, far.took.length]).toEqual([[], 300, 300]);
  }, 60_000);

  test("is refused while a worker works on the source", async () => {
    const worker = createWorker(source, chainOf(scripted("FAR")));
    await worker.start();
    await expect(copyOutbox(source, target)).rejects.toThrow("A worker is at work on the outbox");
    await worker.stop();
    await copyOutbox(source, target);
  }, 60_000);
});
