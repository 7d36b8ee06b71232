// A shop that writes an order and its mail in one transaction, and the worker that sends the mail, in one process.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sesServer, smtpServer } from "@relais/conformance";
import { createOutbox, createWorker, type TraceAttempt } from "@relais/outbox";
import { breaker, createChain, link, retry, ses, smtp, timeout } from "relais";
import { createApp } from "./app.ts";
import { createTables } from "./orders.ts";

const far = await smtpServer();
const amazon = await sesServer();
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const patient = [retry({ baseMs: 10 }), breaker(), timeout({ ms: 5_000 })];
const chain = createChain([
  link(smtp({ host: far.host, port: far.port }), ...patient),
  link(ses({ region: "eu-west-1", endpoint: amazon.endpoint, credentials }), ...patient),
]);

// The same works on a server with { database: "postgres://…" }; the worker may then be a separate process.
const folder = mkdtempSync(join(tmpdir(), "shop-"));
const outbox = await createOutbox({ folder, from: "shop@example.org" });
await createTables(outbox);
const worker = createWorker(outbox, chain);
await worker.start();
const app = createApp(outbox);
const url = await app.listen({ host: "127.0.0.1", port: 0 });

// Customers' requests.
interface Shown {
  readonly mail: {
    readonly state: string;
    readonly provider?: string;
    readonly trace: readonly TraceAttempt[];
  };
}

async function order(item: string): Promise<number | undefined> {
  const response = await fetch(`${url}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ item, email: "ann@example.net" }),
  });
  const { id, error } = (await response.json()) as { id?: number; error?: string };
  console.log(`POST /orders ${item}: ${response.status} ${error ?? `order ${id}`}`);
  return id;
}

async function untilSent(id: number | undefined): Promise<void> {
  for (;;) {
    const { mail } = (await (await fetch(`${url}/orders/${id}`)).json()) as Shown;
    if (mail.state === "queued" || mail.state === "sending") {
      await sleep(20);
      continue;
    }
    console.log(`GET /orders/${id}: ${mail.state} by ${mail.provider}`);
    for (const { n, provider, kind = "accepted", reason = "" } of mail.trace) {
      console.log(`  ${n}. ${provider}: ${kind} ${reason}`.trimEnd());
    }
    return;
  }
}

await untilSent(await order("teapot"));

await order("cup"); // enqueued, then rolled back: out of stock
console.log(`messages in the outbox: ${(await outbox.list()).length}`);

await far.down();
await untilSent(await order("teapot"));
console.log(`really accepted: ${far.accepted.length} by SMTP, ${amazon.accepted.length} by SES`);

// In this order: no new orders, no new mail, then the deliveries in flight end.
await app.close();
await worker.stop();
await chain.close();
await outbox.close();
await Promise.all([far.close(), amazon.close()]);
rmSync(folder, { recursive: true });
