// A worker in a process of its own, whose provider ends the process at certain messages, before or after the hand-over.
import { createChain, type Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createOutbox, createWorker } from "@relais/outbox";

const [database = "", when = ""] = process.argv.slice(2);
const outbox = await createOutbox(database.startsWith("postgres") ? { database } : { folder: database });
const far: Provider = {
  id: "FAR",
  async send({ id, subject }, { envelope, handOver }) {
    if (subject === "Poison" && when === "before") process.kill(process.pid, "SIGKILL");
    await handOver();
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (subject === "Poison") process.kill(process.pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 30));
    return receipt({ provider: "FAR", messageId: id, accepted: envelope.to });
  },
};
const worker = createWorker(outbox, createChain([far]), { concurrency: 5 });
await worker.start();
process.stdout.write("working\n");
