import { createChain, createMessage, type Provider } from "@relais/core";
import { allocated } from "./allocated.ts";
import { input, noop, repeat, rounds, type Send, sends, timed } from "./sends.ts";
import { median, table, verdict } from "./statistics.ts";

const target = { us: 5, bytes: 5_000 };

/** As SES declares them. */
const limits = {
  maxRecipients: 50,
  maxBytes: 7_864_320,
  attachmentEncoding: "base64",
  smtpUtf8: false,
  nullSender: false,
  refusedExtensions: ["exe"],
} as const;

/** What a chain costs a send, over a provider that does nothing; all ways in turns. */
export async function chainCost(): Promise<string> {
  const message = await createMessage(input);
  const provider = noop("NOOP");
  const { signal } = new AbortController();
  const handOver = async (): Promise<void> => undefined;
  const bare = { envelope: message.envelope, signal, handOver };
  const bounded: Provider = { ...provider, limits };
  const none = { policies: [] };
  const plain = createChain([provider], none);
  const limited = createChain([bounded], none);
  const standard = createChain([provider]);
  const observed = createChain([provider], { ...none, observers: [() => undefined] });
  const ways: readonly [name: string, send: Send][] = [
    ["the provider alone", () => provider.send(message, bare)],
    ["chain of one", () => plain.send(message)],
    ["chain of one, an observer", () => observed.send(message)],
    ["chain of one, limits declared", () => limited.send(message)],
    ["chain of one, the standard policies", () => standard.send(message)],
    ["chain of one, from plain input", () => plain.send(input)],
  ];
  const times = ways.map(() => ({ cpu: [] as number[], wall: [] as number[] }));
  for (const [, send] of ways) for (let i = 0; i < 3; i++) await repeat(send);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, send]] of ways.entries()) {
      const { cpu, wall } = await timed(send);
      times[i]?.cpu.push(cpu);
      times[i]?.wall.push(wall);
    }
  }
  const bytes: number[] = [];
  for (const [, send] of ways) bytes.push((await allocated(() => repeat(send))) / sends);

  const us = (value: number): string => value.toFixed(2);
  const rows = ways.map(([name], i) => {
    const { cpu = [], wall = [] } = times[i] ?? {};
    const cells = [median(cpu), Math.min(...cpu), median(wall), Math.min(...wall)].map(us);
    return [name, ...cells, (bytes[i] ?? 0).toFixed(0)];
  });
  const head = ["", "CPU µs", "least", "wall µs", "least", "bytes"];
  // Time as one who waits for a send sees it; CPU counts the threads of the collector, too.
  const cost = median(times[1]?.wall ?? []);
  return [
    table(`What a chain costs a send (median of ${rounds} rounds of ${sends})`, head, rows),
    verdict(`chain of one: at most ${target.us} µs a send, ${us(cost)}`, cost <= target.us),
    verdict(
      `chain of one: at most ${target.bytes} bytes a send, the provider's own included, ${(bytes[1] ?? 0).toFixed(0)}`,
      (bytes[1] ?? 0) <= target.bytes,
    ),
  ].join("\n");
}
