import { type Failure, failure, type Outcome } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import type { Lifecycle } from "../runtime/lifecycle.ts";
import type { ProviderLimits } from "./limits.ts";
import type { Health, Provider, SendContext, VerifyContext } from "./provider.ts";

/** What differs from provider to provider. */
export interface ClosableParts {
  readonly id: string;
  /** Asked for each time. */
  readonly limits?: (() => ProviderLimits | undefined) | undefined;
  /** Never rejects. What `close` is to wait for is given to the `track` of the life cycle. */
  readonly send: (message: Message, context: SendContext) => Promise<Outcome>;
  /** Never rejects. */
  readonly verify?: ((context: VerifyContext) => Promise<Health>) | undefined;
}

/** A provider that ends with a life cycle: `send` and `verify` answer `skipped` from then on. */
export function closable(life: Lifecycle, { id, limits, send, verify }: ClosableParts): Provider {
  const closed = (): Failure =>
    failure({ provider: id, kind: "skipped", code: "closed", reason: "the provider is closed" });
  const provider = {
    id,
    send: (message: Message, context: SendContext): Promise<Outcome> =>
      life.isClosed ? Promise.resolve(closed()) : send(message, context),
    ...(verify && {
      verify: (context: VerifyContext = {}): Promise<Health> =>
        life.isClosed ? Promise.resolve(unhealthy(closed())) : verify(context),
    }),
    close: life.close,
    [Symbol.asyncDispose]: life.close,
  };
  if (limits !== undefined) Object.defineProperty(provider, "limits", { get: limits, enumerable: true });
  return Object.freeze(provider);
}

/** What `verify` reports of a failure. */
export function unhealthy(failure: Failure, known: Partial<Health> = {}): Health {
  return Object.freeze({ provider: failure.provider, ok: false, reason: failure.reason, failure, ...known });
}
