import { version } from "./version.ts";

/** Told once when a signal aborts: an object rather than a function, since one stands behind every attempt. */
export interface AbortListener {
  handleEvent(): void;
}

/** Where a signal of an `AbortScope` has it. */
const scopeKey: unique symbol = Symbol.for(`relais ${version} abort scope`);

/**
 * An AbortController whose listeners within core are kept in a list of our own: adding one to the signal itself, and
 * removing it, costs more than the rest of a send. The signal can be listened to by `onAbort` or as usual.
 */
export class AbortScope implements AbortListener {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  readonly #outer: AbortSignal | undefined;
  #listeners: AbortListener[] | undefined;

  /** @param outer aborts this scope, too, until `close` is called */
  constructor(outer?: AbortSignal) {
    (this.signal as { [scopeKey]?: AbortScope })[scopeKey] = this;
    this.#outer = outer;
    if (outer === undefined) return;
    if (outer.aborted) this.abort(outer.reason);
    else onAbort(outer, this);
  }

  static of(signal: AbortSignal): AbortScope | undefined {
    return (signal as { [scopeKey]?: AbortScope })[scopeKey];
  }

  abort(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener.handleEvent();
  }

  add(listener: AbortListener): void {
    // `[]` and `push` would make room for 17.
    if (this.#listeners === undefined) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }

  remove(listener: AbortListener): void {
    const listeners = this.#listeners;
    const at = listeners?.lastIndexOf(listener) ?? -1;
    if (listeners === undefined || at < 0) return;
    if (at === listeners.length - 1) listeners.pop();
    else listeners.splice(at, 1);
  }

  /** The outer signal aborts. */
  handleEvent(): void {
    this.abort(this.#outer?.reason);
  }

  /** Lets go of the outer signal. */
  close(): void {
    if (this.#outer !== undefined) offAbort(this.#outer, this);
  }
}

/** Tells `listener` once when `signal` aborts; nothing if it has aborted already. */
export function onAbort(signal: AbortSignal, listener: AbortListener): void {
  const scope = AbortScope.of(signal);
  if (scope === undefined) signal.addEventListener("abort", listener, { once: true });
  else scope.add(listener);
}

export function offAbort(signal: AbortSignal, listener: AbortListener): void {
  const scope = AbortScope.of(signal);
  if (scope === undefined) signal.removeEventListener("abort", listener);
  else scope.remove(listener);
}
