import type { Delivery } from "../events/delivery.ts";
import type { FailureKind } from "../failure/kinds.ts";
import { failure } from "../failure/outcome-factories.ts";
import type { Message } from "../message/message.ts";
import { conclude, type Ending } from "./build-delivery.ts";
import { ledger } from "./recipient-tracker.ts";

/** Why a delivery ended before any provider was asked. */
export interface Refusal {
  readonly kind: FailureKind & ("rejected" | "cancelled" | "skipped");
  readonly reason: string;
  readonly code?: string | undefined;
}

/**
 * A delivery that ended before any provider was asked.
 * @param message absent if there never was one; else each of `to` is in `rejected`
 */
export function atTheDoor(
  { kind, reason, code }: Refusal,
  { chain, clock }: Pick<Ending, "chain" | "clock">,
  message?: Message,
  to: readonly string[] = message?.envelope.to ?? [],
): Delivery {
  const books = ledger(to.length === 0 ? [""] : to);
  const provider = kind === "skipped" ? chain : "message";
  books.enter(0, failure({ provider, kind, reason, code }), books.recipients, () => false, clock.now);
  const delivery = conclude(books, { id: message?.id ?? "", chain, attempts: [], clock });
  return to.length === 0 ? Object.freeze({ ...delivery, rejected: Object.freeze([]) }) : delivery;
}
