import { smtpServer } from "@relais/conformance";
import { createChain } from "@relais/core";
import { createWorker } from "@relais/outbox";
import { smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { until } from "./scripted.ts";
import { stores } from "./stores.ts";

const raw = Buffer.from(
  'From: "Shop of the very long\n\tname" <shop@example.org>\nTo: ann@example.net\nBcc: hidden@example.net\n' +
    "Subject: =?UTF-8?Q?order=0A?=\nDate: sometime\nX-Bytes: \xff\n\n\x00\xe4\n.\n",
  "latin1",
);

describe.each(stores)("a whole mail through %s", (_name, open) => {
  test("arrives as the same bytes; lists show its subject", async () => {
    const store = await open();
    const server = await smtpServer();
    const outbox = await store.outbox();
    const { host, port } = server;
    const worker = createWorker(outbox, createChain([smtp({ host, port })]), { concurrency: 2, name: "w1" });
    await worker.start();
    const { id } = await outbox.enqueue({ raw, tags: { kind: "order" } });
    const event = { method: "REQUEST", content: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" };
    await outbox.enqueue({
      from: "shop@example.org",
      to: "bob@example.net",
      text: "Hello",
      icalEvent: event,
    });
    await until(
      () => server.accepted.length,
      (count) => count === 2,
    );
    const mail = server.accepted.find(({ to }) => to.includes("ann@example.net"));
    expect(mail?.data.toString("latin1")).toBe(
      raw
        .toString("latin1")
        .replace(/Bcc.*\n/, "")
        .replaceAll("\n", "\r\n"),
    );
    expect(mail).toMatchObject({ from: "shop@example.org", to: ["ann@example.net", "hidden@example.net"] });
    expect(await outbox.get(id)).toMatchObject({ subject: "order" });
    const other = server.accepted.find(({ to }) => to.includes("bob@example.net"));
    expect(other?.data.toString()).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REQUEST/);
    await worker.stop({ graceMs: 3_000 });
    await outbox.close();
    await Promise.all([server.close(), store.stop()]);
  }, 60_000);
});
