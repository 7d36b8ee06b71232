import { breaker, createChain, createMessage, link, type Provider, retry, timeout } from "@relais/core";

const noop: Provider = {
  id: "NOOP",
  async send(_message, context) {
    await context.handOver();
    return { success: true, provider: "NOOP", messageId: "1", accepted: context.envelope.to, rejected: [] };
  },
};

export interface Cost {
  readonly name: string;
  /** CPU time of the whole process a send, µs: the median of the rounds. */
  readonly us: number;
  readonly bytes: number;
}

const rounds = 15;
const sends = 10_000;
const input = {
  from: "shop@example.org",
  to: "ann@example.net",
  subject: "Your order",
  text: "It is on its way.",
};

async function measure(name: string, send: () => Promise<unknown>): Promise<Cost> {
  for (let i = 0; i < sends; i++) await send();
  const us: number[] = [];
  const bytes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed;
    const cpu = process.cpuUsage();
    for (let i = 0; i < sends / 10; i++) await send();
    bytes.push((process.memoryUsage().heapUsed - heap) / (sends / 10));
    for (let i = 0; i < sends; i++) await send();
    const { user, system } = process.cpuUsage(cpu);
    us.push((user + system) / (sends * 1.1));
  }
  return { name, us: median(us), bytes: median(bytes) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** What a chain adds to a send, over a provider that does nothing, side by side. */
export async function chainCost(): Promise<readonly Cost[]> {
  const message = await createMessage(input);
  const signal = new AbortController().signal;
  const handOver = async (): Promise<void> => undefined;
  const bare = { envelope: message.envelope, signal, handOver };
  const plain = createChain([noop]);
  const policies = createChain([link(noop, retry(), breaker(), timeout({ ms: 30_000 }))]);
  const observed = createChain([noop], { observers: [() => undefined] });
  return [
    await measure("the provider alone", () => noop.send(message, bare)),
    await measure("chain of one", () => plain.send(message)),
    await measure("chain of one, an observer", () => observed.send(message)),
    await measure("chain of one, retry, breaker, timeout", () => policies.send(message)),
    await measure("chain of one, from plain input", () => plain.send(input)),
  ];
}
