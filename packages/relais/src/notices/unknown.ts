import type { OutboxMessage } from "@relais/outbox";

/** What to do about messages that may have arrived. */
export const unknownRunbook =
  "https://github.com/relais-mail/relais/blob/main/docs/operations/runbook.md#messages-are-unknown";

/** What to do about mail that bounces, or is complained about. */
export const reputationRunbook =
  "https://github.com/relais-mail/relais/blob/main/docs/operations/runbook.md#much-mail-bounces-or-is-complained-about";

/** Where a message may have arrived: whom to ask about it, and about which time. */
export interface LostAnswer {
  readonly provider: string;
  /** From the attempt's begin to the moment when no answer was waited for any longer, ISO 8601. */
  readonly from: string;
  readonly to: string;
}

/** The hand-overs of an outbox's message that nobody answered. */
export function lostAnswers({ deliveryTrace }: Pick<OutboxMessage, "deliveryTrace">): readonly LostAnswer[] {
  return deliveryTrace.attempts
    .filter(({ kind }) => kind === "unknown")
    .map(({ provider, at, ms }) => ({
      provider,
      from: at,
      to: new Date(Date.parse(at) + ms).toISOString(),
    }));
}
