import type { Delivery } from "../events/delivery.ts";
import { type Failure, failuresOf } from "../failure/outcome.ts";
import { mailboxKey } from "../message/address.ts";
import type { AttemptScope, RetryRequest, RetryTurn } from "../provider/scope.ts";
import { offAbort, onAbort } from "../runtime/abort.ts";
import { sleep, wallNow } from "../runtime/clock.ts";
import type { Link } from "./link.ts";
import type { LinkCall } from "./link-call.ts";
import { type OfferContext, offer } from "./offer.ts";

/** Waits for busy providers in a delivery. Those for limits of our own are free. The deadline bounds both. */
const maxBusyWaits = 1;
const ownLimits = new Set(["rate-limit", "resting", "queue-full"]);

/** The delivery whose turns these are. */
export interface TurnsContext extends OfferContext {
  /** The scope of the chain around this one. */
  readonly outer: AttemptScope | undefined;
  /** How the delivery stands. */
  soFar(): Delivery;
}

/** A call that lets others go before its next try. */
interface Parked {
  readonly call: LinkCall;
  readonly to: readonly string[];
  /** When it may be tried again, as the clock counts. */
  readonly at: number;
  readonly goOn: (to: readonly string[]) => void;
}

/** Who is asked next. */
interface Turn {
  readonly place: number;
  /** Whom for; absent: for those whose wait is over then. */
  readonly to?: readonly string[];
  /** Not before, as the clock counts; absent: at once. */
  readonly at?: number;
  /** The call that goes on; absent: a new one. */
  readonly parked?: Parked;
}

/**
 * Who is asked next, and when, where the first provider did not take the message for everybody at once:
 *
 * 1. A provider that failed quickly is tried again at once, if there is another one that was not asked yet.
 * 2. Each of the others is asked, in the order of the chain, without any wait.
 * 3. Then come the waits: next tries, and providers that are busy. Whichever is due first is asked first, those due at
 *    the same time in the order of the chain. Providers outside of a nested chain are asked before it waits.
 */
export class Turns {
  readonly #delivery: TurnsContext;
  /** The first link that was not asked yet. */
  #unasked = 1;
  readonly #parked = new Set<Parked>();
  /** Links that were asked again after they were busy. */
  readonly #askedAgain = new Set<number>();
  #busyWaits = 0;
  /** When the last wait for a busy link ended. */
  #awakeSince = Number.NEGATIVE_INFINITY;
  /** The link that failed last. */
  #previous: number | undefined = 0;
  #end: Promise<void> | undefined;
  /** The call that has the turn ends, or lets others go. */
  #turnOver = Promise.withResolvers<void>();

  constructor(delivery: TurnsContext) {
    this.#delivery = delivery;
  }

  /** Whether there is a provider, here or outside, that was not asked yet. */
  get hasUnasked(): boolean {
    const { links, outer } = this.#delivery;
    return this.#unasked < links.length || outer?.hasUnasked === true;
  }

  /** Resolves when nobody needs the message any more, or no provider is left that could take it. */
  end(): Promise<void> {
    this.#end ??= this.#run();
    return this.#end;
  }

  /** Lets others go before a call's next try; resolves when it is its turn. */
  letOthersGo(call: LinkCall, request: RetryRequest): Promise<RetryTurn> | RetryTurn {
    const { tracker, clock, links, outer } = this.#delivery;
    const { to, tried, outcome, delayMs, isQuick, signal } = request;
    if (links.length === 1 && outer === undefined) return request;
    if (!this.#mayFailOver(request, call.place)) return request;
    if (isQuick && this.hasUnasked) return { to, delayMs: 0 };
    tracker.recordSoFar(call.place, outcome, call.wentOnFor ?? tried);
    return new Promise((resolve) => {
      call.giveUp = () => parked.goOn([]);
      const giveUp = { handleEvent: call.giveUp };
      const parked: Parked = {
        call,
        to,
        at: clock.now() + delayMs,
        goOn: (to) => {
          offAbort(signal, giveUp);
          this.#parked.delete(parked);
          call.wentOnFor = to;
          resolve({ to, delayMs });
        },
      };
      this.#parked.add(parked);
      onAbort(signal, giveUp);
      if (signal.aborted) call.giveUp();
      this.turnOver();
      this.end().catch(() => undefined);
    });
  }

  /** The call that had the turn has ended. */
  turnOver(): void {
    this.#turnOver.resolve();
  }

  /** Whether each of those who are to be tried again may be left to others. */
  #mayFailOver({ outcome, tried, to }: RetryRequest, place: number): boolean {
    const retried = new Set(to.map(mailboxKey));
    return failuresOf(outcome, tried).every(
      ({ address, failure }) =>
        !retried.has(mailboxKey(address)) || this.#delivery.shouldFailOver(failure, place),
    );
  }

  async #run(): Promise<void> {
    const { tracker } = this.#delivery;
    const offers: Promise<void>[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      let turn: Turn | undefined = next;
      if (turn.at !== undefined) {
        if (await this.#isTakenOutside(turn.at)) continue;
        // Time has passed meanwhile: something else may be due first, or was given up.
        turn = this.#next();
        if (turn === undefined) break;
      }
      const { place, at, parked } = turn;
      this.#turnOver = Promise.withResolvers();
      if (parked !== undefined) {
        parked.call.giveUp = undefined;
        parked.goOn(turn.to ?? []);
      } else {
        if (at !== undefined && !(await this.#wait(place, at))) continue;
        offers.push(this.#ask(place, turn.to ?? this.#due(place)));
      }
      await this.#turnOver.promise;
      if (tracker.failures[place] !== undefined) this.#previous = place;
    }
    await Promise.all(offers);
  }

  #next(): Turn | undefined {
    const { tracker, links, signal } = this.#delivery;
    for (const parked of this.#parked) {
      // What it would wait for has been done by others, or is given up.
      if (signal.aborted || !parked.to.some((address) => tracker.isPending(address)))
        return { place: parked.call.place, to: [], parked };
    }
    const to = tracker.pending;
    if (to.length === 0) return undefined;
    if (this.#unasked < links.length) return { place: this.#unasked++, to };
    return signal.aborted ? undefined : this.#nextWait();
  }

  /** The next try, or the busy link, that is due first. */
  #nextWait(): (Turn & { readonly at: number }) | undefined {
    const { tracker, links, clock, deadlineAt } = this.#delivery;
    const turns: (Turn & { readonly at: number })[] = [];
    const parkedAt = new Set<number>();
    for (const parked of this.#parked) {
      const { place } = parked.call;
      parkedAt.add(place);
      turns.push({
        place,
        at: parked.at,
        to: parked.to.filter((address) => tracker.isPending(address)),
        parked,
      });
    }
    for (const place of links.keys()) {
      const at = parkedAt.has(place) ? Infinity : Math.min(...this.#busyTimes(place).values());
      if (at < deadlineAt) turns.push({ place, at });
    }
    const now = clock.now();
    return turns.sort((a, b) => Math.max(a.at, now) - Math.max(b.at, now) || a.place - b.place)[0];
  }

  /** When a link that is busy, or was held back by a limit of our own, may be asked again, by recipient. */
  #busyTimes(place: number): ReadonlyMap<string, number> {
    const times = new Map<string, number>();
    for (const { address, status, failures, retryAt } of this.#delivery.tracker.states) {
      const at = retryAt[place];
      if (status === "pending" && at !== undefined && this.#isWorthWaiting(place, failures[place], at))
        times.set(address, at);
    }
    return times;
  }

  #isWorthWaiting(place: number, failure: Failure | undefined, at: number): boolean {
    if (failure?.kind === "skipped") return ownLimits.has(failure.code ?? "");
    if (failure?.kind !== "throttled" && failure?.kind !== "deferred") return false;
    const isReady = at <= this.#awakeSince || at <= this.#delivery.clock.now();
    return !this.#askedAgain.has(place) && (isReady || this.#busyWaits < maxBusyWaits);
  }

  /** Whether it was the provider that said so, and not a limit of our own. */
  #isBusy(place: number): boolean {
    return this.#delivery.tracker.failures[place]?.kind !== "skipped";
  }

  /** Whose wait for a link is over. */
  #due(place: number): readonly string[] {
    const now = this.#delivery.clock.now();
    const times = this.#busyTimes(place);
    if (this.#isBusy(place)) this.#askedAgain.add(place);
    return [...times].flatMap(([address, at]) => (at <= now ? [address] : []));
  }

  /** Waits for a busy link, unless it was due at the last wait's end already; false if the delivery is given up. */
  async #wait(place: number, at: number): Promise<boolean> {
    const { clock, message, observe, signal } = this.#delivery;
    if (at <= this.#awakeSince) return true;
    // One that became ready while another was asked costs no wait.
    if (at > clock.now() && this.#isBusy(place)) this.#busyWaits += 1;
    // Timers count whole ms: a fraction less would be one more wait.
    const delayMs = Math.ceil(Math.max(0, at - clock.now()));
    observe?.({ type: "wait", at: wallNow(clock), message: message.id, delayMs });
    const isOver = await sleep(clock, delayMs, signal);
    this.#awakeSince = clock.now();
    this.#previous = undefined;
    return isOver;
  }

  /** Lets providers outside of this chain go before a wait; whether they took the message for somebody. */
  async #isTakenOutside(at: number): Promise<boolean> {
    const { outer, tracker, clock, envelope, signal } = this.#delivery;
    if (outer?.retryTurn === undefined) return false;
    const { pending } = tracker;
    const delayMs = Math.max(0, at - clock.now());
    const outcome = this.#delivery.soFar();
    const { to } = await outer.retryTurn({
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

  async #ask(place: number, to: readonly string[]): Promise<void> {
    const { links, tracker, clock, message, observe } = this.#delivery;
    const previous = this.#previous;
    const failure = previous === undefined ? undefined : tracker.failures[previous];
    if (previous !== undefined && failure !== undefined) {
      const [from, next] = [links[previous] as Link, links[place] as Link];
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
      if (await offer(this.#delivery, place, to)) this.turnOver();
    } catch (error) {
      this.#turnOver.reject(error);
    }
  }
}
