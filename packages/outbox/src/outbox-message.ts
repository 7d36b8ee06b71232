import type { State, UnknownPolicy } from "./state.ts";
import type { DeliveryTrace } from "./trace.ts";

/** A message of the outbox, as operators and applications see it: all but its content. */
export interface OutboxMessage {
  readonly id: string;
  readonly tenant: string;
  readonly idempotencyKey?: string;
  readonly state: State;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly priority: number;
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly address: string; readonly kind: string; readonly reason: string }[];
  /** The provider that really delivered, and its own id of the message. */
  readonly provider?: string;
  readonly providerMessageId?: string;
  /** Calls of a provider that were made. One that was passed over is not among them, though it is in the trace. */
  readonly attempts: number;
  readonly lastError?: string;
  readonly onUnknown: UnknownPolicy;
  readonly notBefore: Date;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly endedAt?: Date;
  readonly worker?: string;
  readonly deliveryTrace: DeliveryTrace;
}

/** The columns of `OutboxMessage`, under its names. */
export const messageColumns: string = `
  id::text, tenant, idempotency_key as "idempotencyKey", state, coalesce(recipients, '{}') as recipients,
  coalesce(content->>'subject', '') as subject, priority::int, accepted, rejected, provider,
  provider_message_id as "providerMessageId", attempts, last_error as "lastError", on_unknown as "onUnknown",
  not_before as "notBefore", expires_at as "expiresAt", created_at as "createdAt", updated_at as "updatedAt",
  ended_at as "endedAt", worker, delivery_trace as "deliveryTrace"`;

/** A row without what it does not have. */
export function outboxMessage(row: Record<string, unknown>): OutboxMessage {
  const present = Object.entries(row).filter(([, value]) => value !== null);
  return Object.freeze(Object.fromEntries(present)) as unknown as OutboxMessage;
}
