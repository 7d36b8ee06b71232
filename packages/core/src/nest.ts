import type { Delivery } from "./delivery.ts";
import { failure, receipt } from "./make-outcome.ts";
import type { Message } from "./message/message.ts";
import type { Outcome } from "./outcome.ts";
import type { Send } from "./policy.ts";
import type { Provider, SendContext } from "./provider.ts";

const chains = new WeakSet<object>();

/** Notes that a provider is a chain: its attempts are its links', it makes none of its own. */
export function markChain(chain: Provider): void {
  chains.add(chain);
}

export function isChain(provider: Provider): boolean {
  return chains.has(provider);
}

/** Whether a provider has links of its own, as a chain and whatever stands for one do: they have their own policies. */
export function hasLinks(provider: Provider): boolean {
  return Array.isArray((provider as { readonly links?: unknown }).links);
}

/** A chain's `send` as a link of another chain sees it. */
export function nest(chain: Provider): Send {
  const deliver = chain.send as (message: Message, context: SendContext) => Promise<Delivery>;
  return async (message, context) => toOutcome(await deliver(message, context));
}

/** A delivery as the outcome of one attempt of the chain around it. */
function toOutcome(delivery: Delivery): Outcome {
  if (delivery.success || delivery.accepted.length > 0) {
    const [first] = delivery.receipts;
    const { accepted, rejected } = delivery;
    // Some recipients have it, so to the chain around it this is a receipt, whatever became of the others.
    return receipt({
      provider: first?.provider ?? "",
      messageId: first?.messageId ?? "",
      accepted,
      rejected,
    });
  }
  const { provider, kind, reason, retryAfterMs, rejected, failures } = delivery;
  const whole = failure({ provider, kind, reason, retryAfterMs, rejected });
  return Object.freeze({ ...whole, failures });
}
