import {
  closable,
  type Diagnosis,
  type Fail,
  type Failure,
  type Health,
  lifecycle,
  type Message,
  type Outcome,
  type Provider,
  type ProviderLimits,
  type SendContext,
  unhealthy,
} from "@relais/core/spi";

export interface HttpProviderParts {
  readonly id: string;
  readonly limits: ProviderLimits;
  /** For reasons of what cannot happen: `@relais/ses`. */
  readonly packageName: string;
  readonly fail: Fail;
  readonly send: (message: Message, context: SendContext) => Promise<Outcome>;
  readonly verify: (signal?: AbortSignal) => Promise<Health>;
  /** Ends all connections; called once, when nothing is under way. */
  readonly destroy: () => void;
}

/** `close` waits for what is under way, then `send` and `verify` answer `skipped`; neither ever rejects. */
export function httpProvider(parts: HttpProviderParts): Provider {
  const { id, limits, packageName, fail, send, verify, destroy } = parts;
  const life = lifecycle(destroy);
  const onFault = (error: unknown): Failure =>
    fail({ kind: "transient", reason: `fault in ${packageName}: ${String(error)}`, retryable: false });
  return closable(life, {
    id,
    limits: () => limits,
    send: (message, context) => life.track(send(message, context).catch(onFault)),
    verify: ({ signal }) => life.track(verify(signal).catch((error) => unhealthy(onFault(error)))),
  });
}

/** A check ends after 30 s where the caller sets no limit. */
export function checkSignal(caller: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(30_000);
  return caller === undefined ? limit : AbortSignal.any([caller, limit]);
}

/**
 * What went wrong with a check that its caller did not abort. Nothing was to be delivered: what is unknown of a message,
 * or was cancelled by the limit of 30 s, is transient here.
 */
export function ofCheck(diagnosis: Diagnosis, reason: string = diagnosis.reason): Diagnosis {
  const isOpen = diagnosis.kind === "unknown" || diagnosis.kind === "cancelled";
  return isOpen ? { ...diagnosis, kind: "transient", reason } : diagnosis;
}
