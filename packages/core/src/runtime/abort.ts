import type { Envelope } from "../message/envelope.ts";
import type { SendContext } from "../provider/provider.ts";
import type { DeliveryScope } from "../provider/scope.ts";

/** Who wants to know of an abort: an object rather than a function, since one stands behind every attempt. */
export interface StopListener {
  stopped(): void;
}

/** What the inside of core needs to know of an abort. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Tells `listener` once when it aborts. */
  onAbort(listener: StopListener): void;
  offAbort(listener: StopListener): void;
}

/** A stop that can be pulled. */
export interface StopHandle extends Stop {
  abort(reason: unknown): void;
}

/** Where a context carries the stop behind its signal. */
const behind = Symbol("stop");

/**
 * An AbortController whose listeners within core are kept in a list of our own: adding and removing one on the
 * signal itself costs more than the rest of a send.
 */
export function stop(): StopHandle {
  return new Controller();
}

// A class, since it is made for every send: a closure a method costs more memory than all it holds.
class Controller implements StopHandle {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  #listeners: StopListener[] | undefined;

  abort(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener.stopped();
  }

  onAbort(listener: StopListener): void {
    this.#listeners ??= [];
    this.#listeners.push(listener);
  }

  offAbort(listener: StopListener): void {
    const at = this.#listeners?.lastIndexOf(listener) ?? -1;
    if (at >= 0) this.#listeners?.splice(at, 1);
  }
}

/** A context that carries `handle` behind its signal. */
export function withStop(
  envelope: Envelope,
  handOver: () => Promise<void>,
  scope: DeliveryScope | undefined,
  handle: Stop,
): SendContext {
  const context: SendContext & { [behind]: Stop } = {
    envelope,
    signal: handle.signal,
    handOver,
    scope,
    [behind]: handle,
  };
  return context;
}

/** The stop behind a context's signal, or one that listens to the signal, if somebody put in their own. */
export function stopBehind(context: SendContext): Stop {
  const { signal } = context;
  const inner = (context as { [behind]?: Stop })[behind];
  return inner !== undefined && inner.signal === signal ? inner : listenTo(signal);
}

/** A signal from outside as a stop. */
function listenTo(signal: AbortSignal): Stop {
  const running = new Map<StopListener, () => void>();
  return {
    signal,
    onAbort(listener) {
      const run = (): void => listener.stopped();
      running.set(listener, run);
      signal.addEventListener("abort", run, { once: true });
    },
    offAbort(listener) {
      const run = running.get(listener);
      if (run !== undefined) signal.removeEventListener("abort", run);
    },
  };
}
