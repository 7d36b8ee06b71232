import type { Delivery } from "../events/delivery.ts";
import type { Failure, Outcome } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import { isSettling } from "../policies/policy.ts";
import { limitsOf } from "../provider/limits.ts";
import { sleep, wallNow } from "../runtime/clock.ts";
import { buildDelivery } from "./build-delivery.ts";
import { Course, type DeliverContext } from "./course.ts";
import type { Link } from "./link.ts";
import { LinkCall } from "./link-call.ts";
import { ask, askSettling, enter, type Failed, failedAt, offer } from "./offer.ts";
import type { ChainSettings } from "./options.ts";

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
  const course = new Course(message, links, settings, context);
  const { books, attempts } = course;
  // Seen from outside, a chain within a chain delivers nothing: the whole does.
  const tell = context.outer === undefined ? context.observe : undefined;
  const recipients = context.envelope.to.length;
  tell?.({ type: "delivery-start", at: context.at, message: message.id, recipients });
  try {
    let previous: Failed | undefined;
    for (let place = 0; place < links.length; place++) {
      const to = books.pending();
      if (to.length === 0) break;
      const link = links[place] as Link;
      if (previous === undefined && limitsOf(link) === undefined) {
        // What `offer` comes to for most sends, without a promise of its own.
        let outcome: Outcome;
        if (to === context.envelope.to && isSettling(link.send)) {
          const call = new LinkCall(link.id, course);
          try {
            outcome = call.answered(await askSettling(course, link, call), to);
          } catch {
            outcome = call.failed({ state: "rejected", reason: undefined }, to);
          }
        } else outcome = await ask(course, link, to);
        enter(course, place, outcome, to);
        previous = failedAt(course, place);
      } else previous = (await offer(course, place, to, previous)) ?? previous;
    }
    if (books.pending().length > 0) await comeBack(course);
    const delivery = buildDelivery(books, {
      id: message.id,
      chain: settings.id,
      attempts,
      clock: settings.clock,
    });
    if (tell !== undefined) {
      const { clock } = settings;
      const ms = clock.now() - context.began;
      tell({ type: "delivery", at: wallNow(clock), message: message.id, delivery, ms });
    }
    return delivery;
  } finally {
    course.isOver = true;
    context.over();
  }
}

/** While somebody still needs the message: waits for providers that are only unable for a while, and asks them again. */
async function comeBack(course: Course): Promise<void> {
  const { books, links, settings } = course;
  for (let waits = 0; ; ) {
    const due = await untilWorthIt(course, waits);
    if (!due) return;
    let waited = false;
    let previous: Failed | undefined;
    for (const place of links.keys()) {
      const to = hopeful(course, place, waits).filter(({ at }) => at <= settings.clock.now());
      if (to.length === 0) continue;
      waited ||= books.failures[place]?.kind !== "skipped";
      const addresses = to.map(({ address }) => address);
      previous = (await offer(course, place, addresses, previous)) ?? previous;
    }
    if (waited) waits += 1;
  }
}

/** Who may be offered to a link once more, and from when on, as the clock counts. */
function hopeful(
  course: Course,
  place: number,
  waits: number,
): { readonly address: string; readonly at: number }[] {
  return course.books.states().flatMap(({ address, status, failures, retryAt }) => {
    const at = retryAt[place];
    return status === "pending" && at !== undefined && mayComeBack(failures[place], waits)
      ? [{ address, at }]
      : [];
  });
}

/** Waits until a provider that is only unable for a while may be asked again; false if there is none in time. */
async function untilWorthIt(course: Course, waits: number): Promise<boolean> {
  const { links, observe, deadlineAt, message, context, settings } = course;
  const { clock } = settings;
  const { signal } = context;
  if (signal.aborted) return false;
  const until = Math.min(
    ...[...links.keys()].flatMap((place) => hopeful(course, place, waits).map(({ at }) => at)),
  );
  if (!(until < deadlineAt)) return false;
  // Timers count whole ms: a fraction less would be one more wait.
  const delayMs = Math.ceil(Math.max(0, until - clock.now()));
  observe?.({ type: "wait", at: wallNow(clock), message: message.id, delayMs });
  return sleep(clock, delayMs, signal);
}

/** Whether waiting for this link, within the deadline, is worth it. */
function mayComeBack(failure: Failure | undefined, waits: number): boolean {
  if (failure?.retryAfterMs === undefined) return false;
  if (failure.kind === "skipped") return ownLimits.has(failure.code ?? "");
  return (failure.kind === "throttled" || failure.kind === "deferred") && waits < maxWaits;
}
