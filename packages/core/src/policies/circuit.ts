import { EventEmitter } from "node:events";
import CircuitBreaker from "opossum";

/** One circuit's counting: opossum, told what happened rather than let near it. */
export interface Circuit {
  readonly open: boolean;
  /** Counts a success (half-open: closes). */
  succeed(): Promise<void>;
  /** Counts a failure (half-open: opens; closed: opens if the rate over the window is reached). */
  fail(): Promise<void>;
  trip(): void;
  /** Moves the window on by one bucket. */
  rotate(): void;
  dispose(): void;
}

export interface CircuitOptions {
  /** From 0 (excluded) to 1: the share of failures at which it opens. */
  readonly failureRate: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly buckets: number;
  readonly halfOpen: boolean;
}

type OpossumOptions = NonNullable<ConstructorParameters<typeof CircuitBreaker>[1]>;

const sick = new Error("sick");
const noted = (succeeded: boolean): Promise<void> => (succeeded ? Promise.resolve() : Promise.reject(sick));

/**
 * A circuit that runs nothing. Attempts are made outside and only definite outcomes are reported, so none of
 * opossum's own timeouts, listeners or filters can touch a delivery, in-flight calls do not dilute the rate, and
 * what says nothing about the provider is simply not reported. Time is the caller's: no timer of opossum's matters.
 */
export function circuit(options: CircuitOptions): Circuit {
  const turn = new EventEmitter();
  const settings: OpossumOptions & { rotateBucketController: EventEmitter; state: object } = {
    timeout: false,
    enableSnapshots: false,
    rollingPercentilesEnabled: false,
    rollingCountTimeout: options.windowMs,
    rollingCountBuckets: options.buckets,
    volumeThreshold: options.minimumCalls,
    // opossum opens above the threshold; people who write 0.5 mean at it.
    errorThresholdPercentage: options.failureRate * 100 - 1e-9,
    resetTimeout: 2 ** 31 - 1,
    rotateBucketController: turn,
    // A probe has a circuit of its own, born half-open: late outcomes of older calls land in the old one.
    state: options.halfOpen ? { closed: false, halfOpen: true } : {},
  };
  const breaker = new CircuitBreaker(noted, settings);
  const report = async (succeeded: boolean): Promise<void> => {
    if (breaker.opened) return;
    await breaker.fire(succeeded).catch(() => undefined);
  };
  return {
    get open() {
      return breaker.opened;
    },
    succeed: () => report(true),
    fail: () => report(false),
    trip: () => breaker.open(),
    rotate: () => void turn.emit("rotate"),
    dispose: () => breaker.shutdown(),
  };
}
