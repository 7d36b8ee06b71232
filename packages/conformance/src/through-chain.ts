import type { Provider } from "@relais/core/spi";
import { behaviours, type Harness, type TestTarget } from "./harness/harness.ts";

/** A target whose provider is one around that of another. */
export interface WrappedTarget<S extends TestTarget> extends TestTarget {
  readonly inner: S;
}

/**
 * The same server, with a provider around the provider: `throughChain(harness, (one) => createChain([one]))`. All rules
 * hold for a chain of one link, as long as nothing in it tries again or waits.
 */
export function throughChain<S extends TestTarget>(
  harness: Harness<S>,
  wrap: (provider: Provider) => Provider,
): Harness<WrappedTarget<S>> {
  const { provoke, cannot, from } = harness;
  const wrapped = behaviours
    .filter((name) => provoke[name] !== undefined)
    .map((name) => [name, ({ inner }: WrappedTarget<S>) => provoke[name]?.(inner)] as const);
  return {
    cannot,
    from,
    provoke: Object.fromEntries(wrapped),
    async make() {
      const inner = await harness.make();
      return {
        inner,
        provider: wrap(inner.provider),
        secrets: inner.secrets,
        ids: [inner.provider.id, ...(inner.ids ?? [])],
        received: () => inner.received(),
        requests: () => inner.requests(),
        close: () => inner.close(),
      };
    },
  };
}
