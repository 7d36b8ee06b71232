export const feedbackTypes = [
  "delivered",
  "deferred",
  "bounced",
  "blocked",
  "complained",
  "unsubscribed",
  "failed",
] as const;

/**
 * What became of a message at one recipient, after a provider had accepted it.
 * - `delivered`: the recipient's server has it
 * - `deferred`: not yet; the provider goes on trying
 * - `bounced`: it does not arrive; `bounce` says whether another mail would
 * - `blocked`: the provider did not send it, as the address is on its own suppression list
 * - `complained`: the recipient calls it spam
 * - `unsubscribed`: the recipient does not want mail of this stream any more
 * - `failed`: the provider gave it up for a reason that is not the recipient's, a rendering fault or a virus, say
 */
export type FeedbackType = (typeof feedbackTypes)[number];

/** Whether the address is dead (`hard`), the mail did not arrive this time (`soft`), or nobody says. */
export type BounceType = "hard" | "soft" | "undetermined";

/** What a provider reports of one recipient of a message, some time after it accepted it. */
export interface FeedbackEvent {
  readonly type: FeedbackType;
  /** Of `bounced` only. */
  readonly bounce?: BounceType | undefined;
  /**
   * The address as the provider writes it. Empty where it does not say which of several recipients it was: such an event
   * belongs to the message, and suppresses nobody.
   */
  readonly recipient: string;
  /** Id of the provider in the chain, `SES`. */
  readonly provider: string;
  /** What reported it: `sns`, `sqs`, `sendgrid`, `mailgun`, `postmark`, `resend`, `brevo`, `dsn`, `arf`, `unsubscribe`. */
  readonly source: string;
  /** The same each time the provider reports this event of this recipient; another for every other one of this provider. */
  readonly eventId: string;
  /** `Message.id`, if the event carries it. */
  readonly message?: string | undefined;
  /** The provider's own id of the message, as in `Receipt.messageId`. */
  readonly providerMessageId?: string | undefined;
  /** The reply or status code: `550`, `5.1.1`. */
  readonly code?: string | undefined;
  /** The reason in the provider's words, without addresses. */
  readonly reason?: string | undefined;
  /** The stream that was unsubscribed from. @defaultValue that of the message, if it is known and has one; else every stream */
  readonly stream?: string | undefined;
  /** Of a message that is not known (an unsubscribe token names it). @defaultValue that of the message */
  readonly tenant?: string | undefined;
  /** When it happened, ms since 1970. */
  readonly at: number;
}

/** What was done with events. */
export interface FeedbackResult {
  /** Stored, now for the first time. */
  readonly stored: number;
  /** Known before, and not stored again. */
  readonly repeated: number;
  /** Kept until their message is known: they came before the send had been written. */
  readonly early: number;
  /** Of mail that is not this outbox's; counted, not stored. */
  readonly foreign: number;
}

/** Where receivers put events: an outbox, or something of the application's own. */
export interface FeedbackStore {
  /**
   * Stores events with their effects, in one transaction; each (provider, event id, recipient) once.
   * @throws if they could not be stored: the sender is asked to report them again
   */
  record(events: readonly FeedbackEvent[]): Promise<FeedbackResult>;
}
