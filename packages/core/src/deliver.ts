import type { Attempt } from "./attempt.ts";
import type { ChainSettings } from "./chain-options.ts";
import { conclude } from "./conclude.ts";
import type { Delivery } from "./delivery.ts";
import type { Observer } from "./event.ts";
import type { Failure } from "./failure.ts";
import { unguarded } from "./gate.ts";
import type { Journal } from "./journal.ts";
import { ledger } from "./ledger.ts";
import type { Link } from "./link.ts";
import type { Envelope } from "./message/envelope.ts";
import type { Message } from "./message/message.ts";
import type { SendContext } from "./provider.ts";
import type { DeliveryScope } from "./scope.ts";
import { sleep } from "./sleep.ts";

/** One delivery's surroundings. */
export interface DeliverContext {
  readonly envelope: Envelope;
  readonly signal: AbortSignal;
  readonly handOver: (() => Promise<void>) | undefined;
  readonly deadlineAt: number;
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  /** The scope of the chain around this one. */
  readonly outer: DeliveryScope | undefined;
}

/** Waits for a busy far end once; waits for a limit of our own cost nobody anything and are bounded by the deadline. */
const maxWaits = 1;
const ownLimits = new Set(["rate-limit", "resting", "queue-full"]);

/** Offers a message to links in order, and goes on, waits or stops as the table says. */
export async function deliver(
  message: Message,
  links: readonly Link[],
  settings: ChainSettings,
  context: DeliverContext,
): Promise<Delivery> {
  const { clock } = settings;
  const { envelope, signal, observe, outer } = context;
  const attempts: Attempt[] = [];
  let count = 0;
  const scope: DeliveryScope = {
    observe,
    journal: context.journal,
    deadlineAt: context.deadlineAt,
    nextAttempt: () => outer?.nextAttempt() ?? ++count,
    record(attempt, outcome) {
      attempts.push(attempt);
      outer?.record(attempt, outcome);
    },
  };
  const books = ledger(envelope.to);
  const retryAt: (number | undefined)[] = [];
  const handOver = context.handOver ?? unguarded;

  const round = async (turn: readonly number[]): Promise<void> => {
    let previous: { readonly id: string; readonly failure: Failure } | undefined;
    for (const place of turn) {
      const to = books.pending();
      const link = links[place];
      if (to.length === 0 || link === undefined) return;
      if (previous !== undefined) {
        const { id: from, failure } = previous;
        observe?.({
          type: "failover",
          at: clock.now(),
          message: message.id,
          from,
          to: link.id,
          failure,
          recipients: to.length,
        });
      }
      const part =
        to.length === envelope.to.length
          ? envelope
          : Object.freeze({ from: envelope.from, to: Object.freeze(to) });
      const outcome = await link.send(message, {
        envelope: part,
        signal,
        handOver,
        scope,
      } satisfies SendContext);
      books.enter(place, outcome, (failure) => goesOn(failure, link, settings));
      const failure = books.failures[place];
      if (failure !== undefined) {
        previous = { id: link.id, failure };
        retryAt[place] = failure.retryAfterMs === undefined ? undefined : clock.now() + failure.retryAfterMs;
      }
    }
  };

  await round(links.map((_, place) => place));
  for (let waits = 0; books.pending().length > 0 && !signal.aborted; ) {
    const hopeful = links
      .map((_, place) => place)
      .filter((place) => mayComeBack(books.failures[place], waits));
    const times = hopeful.map((place) => retryAt[place]).filter((time) => time !== undefined);
    const until = Math.min(...times);
    if (!(until < context.deadlineAt)) break;
    const delayMs = Math.max(0, until - clock.now());
    observe?.({ type: "wait", at: clock.now(), message: message.id, delayMs });
    if (!(await sleep(clock, delayMs, signal))) break;
    const now = clock.now();
    const turn = hopeful.filter((place) => (retryAt[place] ?? Number.POSITIVE_INFINITY) <= now);
    if (turn.some((place) => books.failures[place]?.kind !== "skipped")) waits += 1;
    await round(turn);
  }
  return conclude(books, { id: message.id, chain: settings.id, attempts, retryAt, now: clock.now() });
}

function goesOn(failure: Failure, link: Link, settings: ChainSettings): boolean {
  const { kind } = failure;
  if (kind === "cancelled") return false;
  const own = link.overrides[kind]?.next ?? settings.failover[kind];
  if (own !== undefined) return own;
  return kind === "unknown" ? settings.onUnknown === "failover" : link.dispositions[kind].next;
}

/** Whether waiting for this link, within the deadline, is worth it. */
function mayComeBack(failure: Failure | undefined, waits: number): boolean {
  if (failure?.retryAfterMs === undefined) return false;
  if (failure.kind === "skipped") return ownLimits.has(failure.code ?? "");
  return (failure.kind === "throttled" || failure.kind === "deferred") && waits < maxWaits;
}
