import { breaker, createChain, createMessage, link, retry, timeout } from "@relais/core";
import { compile } from "@relais/mime";
import { smtp } from "@relais/smtp";
import { createTransport } from "nodemailer";
import type { Sink } from "./start-sink.ts";

/** Two ways to send the same mails to the same server. */
export interface Contender {
  readonly name: string;
  /** Sends the nth mail; throws if it was not taken. */
  send(n: number): Promise<void>;
  close(): Promise<void>;
}

const body = "It is on its way, and will be with you on Thursday.\n".repeat(34);
const mail = (n: number) => ({
  from: "Shop <shop@example.org>",
  to: `customer-${n}@example.net`,
  subject: `Your order ${n}`,
  text: body,
});

/** A chain with all its policies, and nodemailer's own pool with its settings for throughput. */
export interface Contenders {
  readonly relais: Contender;
  readonly nodemailer: Contender;
}

/** @param mails prepared before, as often as they are sent; undefined to compose each one while it is sent */
export async function contenders(
  { host, port }: Sink,
  connections: number,
  mails: number | undefined,
): Promise<Contenders> {
  const prepared = await Promise.all(
    Array.from({ length: mails ?? 0 }, async (_, n) => {
      const message = await createMessage(mail(n));
      const { bytes } = await compile(message);
      const { from, to } = message.envelope;
      return { message, raw: bytes, envelope: { from, to: [...to] } };
    }),
  );
  const pool = { maxConnections: connections };
  const chain = createChain([link(smtp({ host, port, pool }), retry(), breaker(), timeout({ ms: 30_000 }))]);
  const transport = createTransport({
    host,
    port,
    pool: true,
    ...pool,
    maxMessages: Number.POSITIVE_INFINITY,
  });
  const at = (n: number) => prepared[n % prepared.length];
  return {
    relais: {
      name: "relais",
      send: async (n) => {
        const delivery = await chain.send(at(n)?.message ?? mail(n));
        if (!delivery.success) throw new Error(delivery.error);
      },
      close: () => chain.close(),
    },
    nodemailer: {
      name: "nodemailer",
      send: async (n) => {
        const ready = at(n);
        // nodemailer writes to what it is given.
        await transport.sendMail(
          ready === undefined ? mail(n) : { raw: ready.raw, envelope: { ...ready.envelope } },
        );
      },
      close: async () => transport.close(),
    },
  };
}
