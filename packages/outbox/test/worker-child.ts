// A worker in a process of its own, for tests that kill it. Its provider is a real SMTP server of the test's.
import { createChain, link } from "@relais/core";
import { createOutbox, createWorker } from "@relais/outbox";
import { smtp } from "@relais/smtp";

const [database = "", port = "", name = ""] = process.argv.slice(2);
const outbox = await createOutbox(database.startsWith("postgres") ? { database } : { folder: database });
const provider = smtp({ host: "127.0.0.1", port: Number(port), socketTimeoutMs: 60_000 });
const worker = createWorker(outbox, createChain([link(provider)]), { concurrency: 10, name });
await worker.start();
process.on("SIGTERM", async () => {
  await worker.stop({ graceMs: 5_000 });
  await outbox.close();
  process.exit(0);
});
process.stdout.write("working\n");
