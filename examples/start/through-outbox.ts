import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox, createWorker, type Outbox, type OutboxMessage } from "@relais/outbox";
import type { Chain, MessageInput } from "relais";
import { bad, bold, dim, good } from "./show.ts";
import { mail } from "./test-servers.ts";

/** An outbox on PGlite in a folder that is deleted at the end. */
export interface DemoOutbox {
  /** Where events go. */
  readonly feedback: Outbox["feedback"];
  /** Enqueues one mail, lets a worker send it through a chain, and prints the row. */
  sendBy(chain: Chain, message?: MessageInput): Promise<OutboxMessage>;
  close(): Promise<void>;
}

export async function openDemoOutbox(): Promise<DemoOutbox> {
  const folder = mkdtempSync(join(tmpdir(), "relais-start-"));
  const outbox = await createOutbox({ folder });
  return {
    feedback: outbox.feedback,
    async sendBy(chain, message = mail) {
      const { id } = await outbox.enqueue(message);
      const before = await outbox.get(id);
      const settled = Promise.withResolvers<void>();
      const worker = createWorker(outbox, chain, {
        name: "worker-1",
        observers: [(event) => event.type === "settled" && settled.resolve()],
      });
      await worker.start();
      await settled.promise;
      await worker.stop();
      const after = await outbox.get(id);
      showRow(before, after);
      return after as OutboxMessage;
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

/** Prints what became of each recipient of a message. */
export function showRecipients({ accepted, rejected }: OutboxMessage): void {
  for (const address of accepted) console.log(`   ${good("✔")} ${address}`);
  for (const { address, reason } of rejected) console.log(`   ${bad("✘")} ${address}: ${reason}`);
}
