import type { Provider } from "@relais/core";

export type Send = () => Promise<unknown>;

export const rounds = 25;
/** Sends a round. */
export const sends = 10_000;

export const input = {
  from: "shop@example.org",
  to: "ann@example.net",
  subject: "Your order",
  text: "It is on its way.",
};

/** As little as a provider can do. */
export const noop = (id: string): Provider => ({
  id,
  send: (_message, { envelope, handOver }) =>
    handOver().then(() => ({
      success: true,
      provider: id,
      messageId: "1",
      accepted: envelope.to,
      rejected: [],
    })),
});

export async function repeat(send: Send): Promise<void> {
  for (let i = 0; i < sends; i++) await send();
}

/** CPU time of the whole process, the collector included, and wall time, a send: µs. */
export async function timed(send: Send): Promise<{ cpu: number; wall: number }> {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await repeat(send);
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / sends, wall: (wall * 1_000) / sends };
}
