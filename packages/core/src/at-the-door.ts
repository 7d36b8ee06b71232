import { conclude, type Ending } from "./conclude.ts";
import type { Delivery } from "./delivery.ts";
import type { FailureKind } from "./failure.ts";
import { ledger } from "./ledger.ts";
import { failure } from "./make-outcome.ts";
import type { Message } from "./message/message.ts";

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
