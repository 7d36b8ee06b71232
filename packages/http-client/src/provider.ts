import {
  type Failure,
  type Health,
  lifecycle,
  type Message,
  type Outcome,
  type Provider,
  type ProviderLimits,
  type SendContext,
} from "@relais/core/spi";
import type { Diagnosis, Fail } from "./failure.ts";

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

const afterClose: Diagnosis = { kind: "skipped", code: "closed", reason: "the provider is closed" };

/** `close` waits for what is under way, then `send` and `verify` answer `skipped`; neither ever rejects. */
export function httpProvider(parts: HttpProviderParts): Provider {
  const { id, limits, packageName, fail, destroy } = parts;
  const life = lifecycle(destroy);

  const tracked = <T>(work: Promise<T>, onFault: (failure: Failure) => T): Promise<T> =>
    life.track(
      work.catch((error: unknown) =>
        onFault(
          fail({ kind: "transient", reason: `fault in ${packageName}: ${String(error)}`, again: false }),
        ),
      ),
    );

  return Object.freeze({
    id,
    limits,
    send: (message, context) =>
      life.isClosed
        ? Promise.resolve(fail(afterClose))
        : tracked(parts.send(message, context), (failure): Outcome => failure),
    verify: (context) =>
      life.isClosed
        ? Promise.resolve(unhealthy(fail(afterClose)))
        : tracked(parts.verify(context?.signal), unhealthy),
    close: life.close,
    [Symbol.asyncDispose]: life.close,
  } satisfies Provider);
}

export function unhealthy(failure: Failure, known: Partial<Health> = {}): Health {
  return { provider: failure.provider, ok: false, reason: failure.reason, failure, ...known };
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
