// One process of a cluster, for the test that reads the metrics of all of them. It does what the primary says.
import { breaker, createChain, link, rateLimit, retry } from "@relais/core";
import { failure, type Provider, receipt } from "@relais/core/spi";
import { prometheus, type Watched } from "@relais/prometheus";

/** What the primary says; `done` is the answer to each. */
export type Order =
  | { readonly type: "send"; readonly subject: "take" | "refuse" | "hold" | "wait"; readonly times: number }
  | { readonly type: "outbox"; readonly stats?: Awaited<ReturnType<Outbox["stats"]>> }
  | { readonly type: "worker"; readonly status: ReturnType<NonNullable<Watched["worker"]>["status"]> }
  | { readonly type: "health"; readonly quota: { readonly perDay: number; readonly sentLastDay: number } };
type Outbox = NonNullable<Watched["outbox"]>;

const client = (await import(process.argv[2] ?? "")) as typeof import("prom-client");
const registry = new client.Registry();
const metrics = prometheus({ client, registry, outboxCacheMs: 0 });
client.AggregatorRegistry.setRegistries(registry);
// It is making one that lets a process answer the primary.
new client.AggregatorRegistry();

let holds = (): void => undefined;
/** Does with a message what its subject says. */
const taking = (id: string): Provider => ({
  id,
  async send({ id: messageId, subject }, { envelope }) {
    if (subject === "wait") return failure({ provider: id, kind: "transient", reason: "not now" });
    if (subject === "refuse" && id === "A")
      return failure({ provider: id, kind: "misconfigured", reason: "no such key" });
    if (subject === "hold") {
      holds();
      await new Promise(() => undefined);
    }
    return receipt({ provider: id, messageId, accepted: envelope.to });
  },
});
const chain = createChain([link(taking("A"), breaker()), taking("B")], {
  policies: [],
  observers: [metrics],
});
const frugal = createChain(
  [link(taking("C"), retry({ attempts: 2, baseMs: 1, capMs: 1 }), rateLimit({ perDay: 100 }))],
  { id: "frugal", observers: [metrics] },
);
for (const one of [chain, frugal]) metrics.watch({ chain: one });

/** Until it is over, or held. */
async function send(subject: string): Promise<void> {
  const held = new Promise<void>((resolve) => {
    holds = resolve;
  });
  const message = { from: "shop@example.org", to: "ann@example.net", subject, text: "Hello" };
  await Promise.race([held, (subject === "wait" ? frugal : chain).send(message)]);
}

process.on("message", async (order: Order) => {
  if (order.type === "send") for (let i = 0; i < order.times; i++) await send(order.subject);
  else if (order.type === "worker") metrics.watch({ worker: { status: () => order.status } });
  else if (order.type === "health") metrics.health({ provider: "C", quota: order.quota });
  else if (order.type === "outbox") {
    const stats = async () => order.stats ?? Promise.reject(new Error("the database is away"));
    metrics.watch({ outbox: { stats } });
  } else return; // what the client asks for
  process.send?.({ type: "done" });
});
process.send?.({ type: "done" });
