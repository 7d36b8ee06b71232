import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox, createWorker, type OutboxMessage } from "@relais/outbox";
import type { Chain } from "relais";
import { bold, dim } from "./show.ts";
import { mail } from "./test-servers.ts";

/** An outbox on PGlite in a folder that is deleted at the end. */
export interface DemoOutbox {
  /** Enqueues one mail, lets a worker send it through a chain, and prints the row. */
  sendBy(chain: Chain): Promise<void>;
  close(): Promise<void>;
}

export async function openDemoOutbox(): Promise<DemoOutbox> {
  const folder = mkdtempSync(join(tmpdir(), "relais-start-"));
  const outbox = await createOutbox({ folder });
  return {
    async sendBy(chain) {
      const { id } = await outbox.enqueue(mail);
      const before = await outbox.get(id);
      const settled = Promise.withResolvers<void>();
      const worker = createWorker(outbox, chain, {
        name: "worker-1",
        observers: [(event) => event.type === "settled" && settled.resolve()],
      });
      await worker.start();
      await settled.promise;
      await worker.stop();
      showRow(before, await outbox.get(id));
    },
    async close() {
      await outbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function showRow(before: OutboxMessage | undefined, after: OutboxMessage | undefined): void {
  if (before === undefined || after === undefined) throw new Error("the message is not in the outbox");
  const { attempts, ...rest } = after.deliveryTrace;
  console.log(
    `   state: ${before.state} → ${bold(after.state)}, provider: ${bold(after.provider ?? "none")}`,
  );
  console.log(`   delivery_trace: ${dim(JSON.stringify(rest))}`);
  for (const attempt of attempts) console.log(`     ${dim(JSON.stringify(attempt))}`);
}
