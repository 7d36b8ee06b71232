import type { Outcome } from "@relais/core/spi";

/** An outcome in a word: its kind, or `receipt`. */
export function said(outcome: Outcome): string {
  return outcome.success ? "receipt" : outcome.kind;
}
