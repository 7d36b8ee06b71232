// Sends a great many mails that end in every way, and says what is left of them. soak.long.test.ts starts it.
import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { breaker, createChain, type Delivery, link } from "@relais/core";
import { chainTo, type FarEnds, mail } from "./far-ends.ts";

const [, , farEnds = "", total = "0", every = "1"] = process.argv;
const ends: FarEnds = JSON.parse(farEnds);
const { signal } = new AbortController();

// What a far end does follows from the recipient: see soak.long.test.ts.
const smtp = { pool: { idleTimeoutMs: 400 } };
const plain = chainTo(ends, { breaker: false, attempts: 2, timeoutMs: 20_000, smtp });
// A chain is a provider, too. The breaker around this one opens, probes and closes all the time.
const restless = createChain([link(plain, breaker({ minimumCalls: 2, failureRate: 0.1, resetMs: 20 }))]);
const recipients = ["ann", "busy", "taken", "nobody", "lost", "late", "bob"];
const counts: Record<string, number> = {};

function count(delivery: Delivery): void {
  const end = delivery.success ? delivery.provider : `${delivery.status} ${delivery.kind}`;
  counts[end] = (counts[end] ?? 0) + 1;
}

const handles = (): string[] => process.getActiveResourcesInfo().sort();

/**
 * What is on the heap when a collection finds no more to free: some things are freed by the collection after the one
 * that finds them, and some only once callbacks of the first have run.
 */
async function settled(): Promise<NodeJS.MemoryUsage> {
  let least = process.memoryUsage();
  for (let idle = 0, i = 0; idle < 4 && i < 40; i++) {
    globalThis.gc?.();
    await delay(20);
    const now = process.memoryUsage();
    idle = now.heapUsed < least.heapUsed - 4_096 ? 0 : idle + 1;
    if (now.heapUsed < least.heapUsed) least = now;
  }
  return least;
}

/** What is alive once idle connections have ended: after half a second to the server, after five to SES. */
async function measure(sends: number): Promise<void> {
  const until = Date.now() + 8_000;
  while (handles().includes("TCPSocketWrap") && Date.now() < until) await delay(100);
  const { heapUsed, external } = await settled();
  const listeners = getEventListeners(signal, "abort").length;
  console.log(JSON.stringify({ sends, heapUsed, external, handles: handles(), listeners, counts }));
}

const inFlight = 20;
process.stdout.write(""); // is a handle itself, from its first use on
await measure(0);
for (let sent = 0; sent < Number(total); ) {
  const batch = Array.from({ length: inFlight }, (_, i) => {
    const who = recipients[(sent + i) % recipients.length];
    // Throttled, the restless chain would rest until the end.
    const chain = i % 5 === 4 && who !== "late" ? restless : plain;
    return chain.send({ ...mail, to: `${who}@example.net` }, { signal });
  });
  for (const delivery of await Promise.all(batch)) count(delivery);
  sent += inFlight;
  if (sent % Number(every) === 0) await measure(sent);
}
await restless.close(); // and with it the other
await measure(Number(total));
