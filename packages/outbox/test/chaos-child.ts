// A worker over SMTP and SES, for the test that kills it at random.
import { createChain, link, retry, timeout } from "@relais/core";
import { createOutbox, createWorker } from "@relais/outbox";
import { ses } from "@relais/ses";
import { smtp } from "@relais/smtp";

const [database = "", smtpPort = "", sesEndpoint = "", name = ""] = process.argv.slice(2);
const outbox = await createOutbox(database.startsWith("postgres") ? { database } : { folder: database });
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const chain = createChain(
  [
    link(smtp({ host: "127.0.0.1", port: Number(smtpPort) }), retry({ baseMs: 20 }), timeout({ ms: 3_000 })),
    link(
      ses({ region: "eu-west-1", endpoint: sesEndpoint, credentials }),
      retry({ baseMs: 20 }),
      timeout({ ms: 3_000 }),
    ),
  ],
  { deadlineMs: 10_000 },
);
const worker = createWorker(outbox, chain, { concurrency: 20, name, backoff: { baseMs: 300, capMs: 2_000 } });
const start = async (): Promise<void> => {
  try {
    await worker.start();
  } catch {
    process.exit(1); // the database is away: whoever keeps us starts another
  }
};
await start();
process.stdout.write("working\n");
process.on("SIGTERM", async () => {
  await worker.stop({ graceMs: 8_000 });
  await outbox.close();
  process.exit(0);
});
