// A worker over SMTP and SES, for the test that kills it at random.
import { createChain, link, retry, timeout } from "@relais/core";
import { createOutbox, createWorker } from "@relais/outbox";
import { ses } from "@relais/ses";
import { smtp } from "@relais/smtp";

const [database = "", smtpPort = "", sesEndpoint = "", name = ""] = process.argv.slice(2);
/** The database is away: whoever keeps us starts another. EX_TEMPFAIL of sysexits.h. */
const away = (error: unknown): never => {
  process.stderr.write(`${name} cannot begin: ${error instanceof Error ? error.message : error}\n`);
  process.exit(75);
};
const outbox = await createOutbox(
  database.startsWith("postgres") ? { database } : { folder: database },
).catch(away);
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
await worker.start().catch(away);
process.on("SIGTERM", async () => {
  await worker.stop({ graceMs: 8_000 });
  await outbox.close();
  process.exit(0);
});
process.stdout.write("working\n");
