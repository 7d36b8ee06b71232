import type { Delivery } from "../events/delivery.ts";
import { type Failure, failuresOf } from "../failure/outcome.ts";
import { mailboxKey } from "../message/address.ts";
import type { AttemptScope, RetryPlan, RetryRequest } from "../provider/scope.ts";
import { offAbort, onAbort } from "../runtime/abort.ts";
import { sleep, wallNow } from "../runtime/clock.ts";
import type { Link } from "./link.ts";
import type { LinkCall } from "./link-call.ts";
import { type LinkContext, tryLink } from "./try-link.ts";

/** Waits for busy providers in a delivery. Those for limits of our own are free. The deadline bounds both. */
const maxBusyWaits = 1;
const ownLimits = new Set(["rate-limit", "resting", "queue-full"]);

/** The delivery whose calls are scheduled. */
export interface SchedulerContext extends LinkContext {
  /** The scope of the chain around this one. */
  readonly outer: AttemptScope | undefined;
  /** How the delivery stands. */
  soFar(): Delivery;
}

/** A call that waits for its next try, while other links are called. */
interface PendingRetry {
  readonly call: LinkCall;
  readonly to: readonly string[];
  /** When it may be tried again, as the clock counts. */
  readonly at: number;
  readonly resume: (to: readonly string[]) => void;
}

/** What comes next: a new call of a link, or a pending retry. */
interface ScheduledCall {
  /** The link's, in the chain. */
  readonly index: number;
  /** Its recipients; absent: those whose wait is over then. */
  readonly to?: readonly string[];
  /** Not before, as the clock counts; absent: at once. */
  readonly at?: number;
  /** Absent: a new call. */
  readonly retry?: PendingRetry;
}

/**
 * Schedules calls and retries where the first provider did not accept the message for all recipients at once:
 *
 * 1. A provider that failed quickly is tried again at once, if there is another one that was not called yet.
 * 2. Each of the others is called, in the order of the chain, without any wait.
 * 3. Then come the waits: retries, and providers that are busy. Whichever is due first is called first, those due at
 *    the same time in the order of the chain. Providers outside of a nested chain are called before it waits.
 */
export class Scheduler {
  readonly #delivery: SchedulerContext;
  /** The first link that was not called yet. */
  #untried = 1;
  readonly #pendingRetries = new Set<PendingRetry>();
  /** Links that were called again after they were busy. */
  readonly #calledAgain = new Set<number>();
  #busyWaits = 0;
  /** When the last wait for a busy link ended. */
  #awakeSince = Number.NEGATIVE_INFINITY;
  /** The link that failed last. */
  #previous: number | undefined = 0;
  #end: Promise<void> | undefined;
  /** Resolves when the running call ends or waits for its next try. */
  #callEnded = Promise.withResolvers<void>();

  constructor(delivery: SchedulerContext) {
    this.#delivery = delivery;
  }

  /** Whether there is a provider, here or outside, that was not called yet. */
  get hasUntried(): boolean {
    const { links, outer } = this.#delivery;
    return this.#untried < links.length || outer?.hasUntried === true;
  }

  /** Resolves when no recipient is pending, or no provider is left to call. */
  end(): Promise<void> {
    this.#end ??= this.#run();
    return this.#end;
  }

  /** Lets other links be called before a call's next try; resolves when the try is due. */
  scheduleRetry(call: LinkCall, request: RetryRequest): Promise<RetryPlan> | RetryPlan {
    const { tracker, clock, links, outer } = this.#delivery;
    const { to, tried, outcome, delayMs, isQuick, signal } = request;
    if (links.length === 1 && outer === undefined) return request;
    if (!this.#mayFailOver(request, call.index)) return request;
    if (isQuick && this.hasUntried) return { to, delayMs: 0 };
    tracker.recordSoFar(call.index, outcome, call.resumedFor ?? tried);
    return new Promise((resolve) => {
      call.giveUp = () => retry.resume([]);
      const giveUp = { handleEvent: call.giveUp };
      const retry: PendingRetry = {
        call,
        to,
        at: clock.now() + delayMs,
        resume: (to) => {
          offAbort(signal, giveUp);
          this.#pendingRetries.delete(retry);
          call.resumedFor = to;
          resolve({ to, delayMs });
        },
      };
      this.#pendingRetries.add(retry);
      onAbort(signal, giveUp);
      if (signal.aborted) call.giveUp();
      this.callEnded();
      this.end().catch(() => undefined);
    });
  }

  /** The running call has ended. */
  callEnded(): void {
    this.#callEnded.resolve();
  }

  /** Whether each recipient of the next try may be left to other links. */
  #mayFailOver({ outcome, tried, to }: RetryRequest, index: number): boolean {
    const retried = new Set(to.map(mailboxKey));
    return failuresOf(outcome, tried).every(
      ({ address, failure }) =>
        !retried.has(mailboxKey(address)) || this.#delivery.shouldFailOver(failure, index),
    );
  }

  async #run(): Promise<void> {
    const { tracker } = this.#delivery;
    const calls: Promise<void>[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      let scheduled: ScheduledCall | undefined = next;
      if (scheduled.at !== undefined) {
        if (await this.#isTakenOutside(scheduled.at)) continue;
        // Time has passed meanwhile: something else may be due first, or was given up.
        scheduled = this.#next();
        if (scheduled === undefined) break;
      }
      const { index, at, retry } = scheduled;
      this.#callEnded = Promise.withResolvers();
      if (retry !== undefined) {
        retry.call.giveUp = undefined;
        retry.resume(scheduled.to ?? []);
      } else {
        if (at !== undefined && !(await this.#wait(index, at))) continue;
        calls.push(this.#call(index, scheduled.to ?? this.#recipientsDue(index)));
      }
      await this.#callEnded.promise;
      if (tracker.failures[index] !== undefined) this.#previous = index;
    }
    await Promise.all(calls);
  }

  #next(): ScheduledCall | undefined {
    const { tracker, links, signal } = this.#delivery;
    for (const retry of this.#pendingRetries) {
      // Others have accepted the message meanwhile, or it was given up.
      if (signal.aborted || !retry.to.some((address) => tracker.isPending(address)))
        return { index: retry.call.index, to: [], retry };
    }
    const to = tracker.pending;
    if (to.length === 0) return undefined;
    if (this.#untried < links.length) return { index: this.#untried++, to };
    return signal.aborted ? undefined : this.#nextWait();
  }

  /** The retry, or the busy link, that is due first. */
  #nextWait(): (ScheduledCall & { readonly at: number }) | undefined {
    const { tracker, links, clock, deadlineAt } = this.#delivery;
    const candidates: (ScheduledCall & { readonly at: number })[] = [];
    const withRetry = new Set<number>();
    for (const retry of this.#pendingRetries) {
      const { index } = retry.call;
      withRetry.add(index);
      candidates.push({
        index,
        at: retry.at,
        to: retry.to.filter((address) => tracker.isPending(address)),
        retry,
      });
    }
    for (const index of links.keys()) {
      const at = withRetry.has(index) ? Infinity : Math.min(...this.#busyTimes(index).values());
      if (at < deadlineAt) candidates.push({ index, at });
    }
    const now = clock.now();
    return candidates.sort((a, b) => Math.max(a.at, now) - Math.max(b.at, now) || a.index - b.index)[0];
  }

  /** When a link that is busy, or was held back by a limit of our own, may be called again, by recipient. */
  #busyTimes(index: number): ReadonlyMap<string, number> {
    const times = new Map<string, number>();
    for (const { address, status, failures, retryAt } of this.#delivery.tracker.states) {
      const at = retryAt[index];
      if (status === "pending" && at !== undefined && this.#isWorthWaiting(index, failures[index], at))
        times.set(address, at);
    }
    return times;
  }

  #isWorthWaiting(index: number, failure: Failure | undefined, at: number): boolean {
    if (failure?.kind === "skipped") return ownLimits.has(failure.code ?? "");
    if (failure?.kind !== "throttled" && failure?.kind !== "deferred") return false;
    const isReady = at <= this.#awakeSince || at <= this.#delivery.clock.now();
    return !this.#calledAgain.has(index) && (isReady || this.#busyWaits < maxBusyWaits);
  }

  /** Whether it was the provider that said so, and not a limit of our own. */
  #isBusy(index: number): boolean {
    return this.#delivery.tracker.failures[index]?.kind !== "skipped";
  }

  /** The recipients whose wait for a link is over. */
  #recipientsDue(index: number): readonly string[] {
    const now = this.#delivery.clock.now();
    const times = this.#busyTimes(index);
    if (this.#isBusy(index)) this.#calledAgain.add(index);
    return [...times].flatMap(([address, at]) => (at <= now ? [address] : []));
  }

  /** Waits for a busy link, unless it was due at the last wait's end already; false if the delivery is given up. */
  async #wait(index: number, at: number): Promise<boolean> {
    const { clock, message, observe, signal } = this.#delivery;
    if (at <= this.#awakeSince) return true;
    // One that became ready while another was called costs no wait.
    if (at > clock.now() && this.#isBusy(index)) this.#busyWaits += 1;
    // Timers count whole ms: a fraction less would be one more wait.
    const delayMs = Math.ceil(Math.max(0, at - clock.now()));
    observe?.({ type: "wait", at: wallNow(clock), message: message.id, delayMs });
    const isOver = await sleep(clock, delayMs, signal);
    this.#awakeSince = clock.now();
    this.#previous = undefined;
    return isOver;
  }

  /** Lets providers outside of this chain be called before a wait; whether they accepted it for some recipients. */
  async #isTakenOutside(at: number): Promise<boolean> {
    const { outer, tracker, clock, envelope, signal } = this.#delivery;
    if (outer?.planRetry === undefined) return false;
    const { pending } = tracker;
    const delayMs = Math.max(0, at - clock.now());
    const outcome = this.#delivery.soFar();
    const { to } = await outer.planRetry({
      tried: envelope.to,
      outcome,
      to: pending,
      delayMs,
      isQuick: false,
      signal,
    });
    if (to.length === pending.length) return false;
    tracker.keepPending(to);
    return true;
  }

  async #call(index: number, to: readonly string[]): Promise<void> {
    const { links, tracker, clock, message, observe } = this.#delivery;
    const previous = this.#previous;
    const failure = previous === undefined ? undefined : tracker.failures[previous];
    if (previous !== undefined && failure !== undefined) {
      const [from, next] = [links[previous] as Link, links[index] as Link];
      const at = wallNow(clock);
      const recipients = to.length;
      observe?.({
        type: "failover",
        at,
        message: message.id,
        from: from.id,
        to: next.id,
        failure,
        recipients,
      });
    }
    try {
      if (await tryLink(this.#delivery, index, to)) this.callEnded();
    } catch (error) {
      this.#callEnded.reject(error);
    }
  }
}
