import { attemptRunner } from "../attempt/run-attempt.ts";
import {
  currentNames,
  type Disposition,
  type Dispositions,
  dispositions,
  failureKinds,
  type Overrides,
} from "../failure/kinds.ts";
import { allSettle, type LinkSite, type LinkStatus, type Policy, settling } from "../policies/policy.ts";
import { looksLikeLink, type Provider } from "../provider/provider.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { providerId } from "../runtime/options.ts";

/** A provider behind its policies; itself a provider. */
export interface Link extends Provider {
  readonly provider: Provider;
  /** The one table with this link's overrides: what retry, breaker and chain go by. */
  readonly dispositions: Dispositions;
  readonly overrides: Overrides;
  /** How the policies stand, by name: `{ breaker: { state: "closed" }, retry: { budget: 10 } }`. */
  status(): LinkStatus;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Whether `value` is a link, or stands for one (a copy, a proxy): its policies are its own. */
export function isLink(value: unknown): value is Link {
  return typeof value === "object" && value !== null && looksLikeLink(value);
}

/**
 * Puts policies around a provider, the first outermost: `link(smtp(…), retry(), breaker(), timeout({ ms: 30_000 }))`.
 * The order that works is retry, breaker, rate limit or concurrency, timeout. Without policies it has none: what
 * `createChain` gives to a bare provider is `link(provider, ...standardPolicies())`.
 * @throws {TypeError} if the provider has no `id` and `send`, or a policy is not a function
 */
export function link(provider: Provider, ...policies: readonly Policy[]): Link {
  return makeLink(provider, policies, systemClock);
}

/** `link`, with a clock for what stands around the provider itself. */
export function makeLink(provider: Provider, policies: readonly Policy[], clock: Clock): Link {
  checkProvider(provider);
  const changes: Partial<Record<keyof Dispositions, Partial<Disposition>>> = {};
  for (const [i, policy] of policies.entries()) {
    if (typeof policy !== "function") {
      throw new TypeError(
        `link: policy ${i + 1} of ${provider.id} is not a function; was it called, as in retry()?`,
      );
    }
    for (const kind of failureKinds) {
      const change = policy.overrides?.[kind];
      if (change !== undefined) changes[kind] = { ...changes[kind], ...currentNames(change) };
    }
  }
  const table = Object.fromEntries(
    failureKinds.map((kind) => [kind, Object.freeze({ ...dispositions[kind], ...changes[kind] })]),
  ) as unknown as Dispositions;

  const statuses = new Map<string, () => unknown>();
  const closers: (() => void)[] = [];
  const site: LinkSite = {
    provider,
    dispositions: Object.freeze(table),
    report: (name, status) => void statuses.set(name, status),
    onClose: (run) => void closers.push(run),
  };
  const made = policies.reduceRight((next, policy) => policy(next, site), attemptRunner(provider, clock));
  const send = allSettle(policies) ? settling(made) : made;

  const close = async (): Promise<void> => {
    for (const run of closers.splice(0)) run();
    await provider.close?.();
  };

  return Object.freeze({
    id: provider.id,
    provider,
    get limits() {
      return provider.limits;
    },
    dispositions: site.dispositions,
    overrides: changes,
    send,
    status: () => Object.fromEntries([...statuses].map(([name, status]) => [name, status()])),
    ...(provider.verify === undefined ? {} : { verify: provider.verify.bind(provider) }),
    close,
    [Symbol.asyncDispose]: close,
  });
}

function checkProvider(provider: Provider): void {
  if (typeof provider !== "object" || provider === null || typeof provider.send !== "function") {
    throw new TypeError("link: a provider must be an object with an id and a send function");
  }
  providerId("link: a provider's id", provider.id);
}
