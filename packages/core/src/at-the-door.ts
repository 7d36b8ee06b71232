import { conclude, type Ending } from "./conclude.ts";
import type { Delivery } from "./delivery.ts";
import { ledger } from "./ledger.ts";
import { failure } from "./make-outcome.ts";

/** A delivery that ended before any provider was asked. */
export function atTheDoor(
  kind: "rejected" | "cancelled",
  reason: string,
  { chain, now }: Pick<Ending, "chain" | "now">,
): Delivery {
  const books = ledger([""]);
  books.enter(0, failure({ provider: "message", kind, reason }), books.recipients, () => false, now);
  const delivery = conclude(books, { id: "", chain, attempts: [], now });
  return Object.freeze({ ...delivery, rejected: Object.freeze([]) });
}
