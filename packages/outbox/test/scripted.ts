import type { Chain, Outcome } from "@relais/core";
import { createChain } from "@relais/core";
import {
  type FailureKind,
  failure,
  type Message,
  type Provider,
  receipt,
  type SendContext,
} from "@relais/core/spi";
import type { Outbox } from "@relais/outbox";

/** What a scripted provider does with a message. */
export type Act =
  | "accept"
  | FailureKind
  /** Takes it, and never answers. */
  | "stall"
  | { readonly kind: FailureKind; readonly retryAfterMs: number }
  | { readonly delayMs: number }
  /** Takes it when that is over. */
  | { readonly until: Promise<unknown> };

/** A provider that keeps what it took, as a far end would; real ones are in the wire tests. */
export interface Scripted extends Provider {
  readonly took: { readonly id: string; readonly to: readonly string[]; readonly at: number }[];
  act: (message: Message, nth: number) => Act;
}

export function scripted(id: string, act: Scripted["act"] = () => "accept"): Scripted {
  let nth = 0;
  const provider: Scripted = {
    id,
    took: [],
    act,
    async send(message: Message, context: SendContext): Promise<Outcome> {
      nth += 1;
      const what = provider.act(message, nth);
      const take = (): Outcome => {
        provider.took.push({ id: message.id, to: context.envelope.to, at: Date.now() });
        return receipt({ provider: id, messageId: `${id}-${message.id}`, accepted: context.envelope.to });
      };
      if (typeof what === "object" && "kind" in what) {
        return failure({ provider: id, kind: what.kind, reason: "not now", retryAfterMs: what.retryAfterMs });
      }
      if (typeof what === "string" && what !== "accept" && what !== "stall" && what !== "unknown") {
        return failure({ provider: id, kind: what, reason: `says ${what} to ${context.envelope.to[0]}` });
      }
      await context.handOver();
      if (what === "unknown") {
        take();
        return failure({ provider: id, kind: "unknown", reason: "the answer was lost" });
      }
      if (what === "stall") {
        take();
        return new Promise(() => undefined);
      }
      if (typeof what === "object" && "until" in what) await what.until;
      else if (typeof what === "object") await new Promise((resolve) => setTimeout(resolve, what.delayMs));
      return take();
    },
  };
  return provider;
}

export const chainOf = (...providers: readonly Provider[]): Chain =>
  createChain(providers, { policies: [], deadlineMs: 30_000 });

export const mail = (to = "ann@example.net") => ({ to, subject: "Your order", text: "It is on its way.\n" });

/** The outbox over a database that does some things in a way of its own. */
export const having = (outbox: Outbox, own: Partial<Outbox["database"]>): Outbox => ({
  ...outbox,
  database: { ...outbox.database, ...own },
});

/** Waits until something is so. */
export async function until<T>(
  look: () => Promise<T> | T,
  isSo: (value: T) => boolean,
  timeoutMs = 25_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (Date.now() > end) throw new Error(`it did not come to be so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
