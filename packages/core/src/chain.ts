import { type ChainOptions, type ChainSettings, chainSettings } from "./chain-options.ts";
import { conclude } from "./conclude.ts";
import { deliver } from "./deliver.ts";
import type { Delivery } from "./delivery.ts";
import type { Observer } from "./event.ts";
import type { Journal } from "./journal.ts";
import { ledger } from "./ledger.ts";
import { isLink, type Link, makeLink } from "./link.ts";
import { failure } from "./make-outcome.ts";
import { createMessage, isMessage, type MessageInput } from "./message/create-message.ts";
import type { Envelope } from "./message/envelope.ts";
import { InvalidMessage } from "./message/invalid-message.ts";
import type { Message } from "./message/message.ts";
import { markChain } from "./nest.ts";
import { together } from "./observe.ts";
import type { Health, Provider, VerifyContext } from "./provider.ts";
import type { DeliveryScope } from "./scope.ts";
import { settled } from "./settled.ts";
import { type Stop, type StopHandle, stop } from "./stop.ts";

/** What `chain.send` may be told besides the message. */
export interface SendOptions {
  /** Gives up: what was not handed over is `cancelled`, what was is `unknown`. */
  readonly signal?: AbortSignal | undefined;
  readonly journal?: Journal | undefined;
  /** Fewer recipients than the message has. */
  readonly envelope?: Envelope | undefined;
  /** Awaited before any provider crosses the point of no return; if it rejects, none does. */
  readonly handOver?: (() => Promise<void>) | undefined;
  /** Only for a chain that is called by a link of another chain. */
  readonly scope?: DeliveryScope | undefined;
}

/** How a chain's providers are doing. `ok` if at least one would take mail. */
export interface ChainHealth extends Health {
  readonly providers: readonly Health[];
}

/** Links in order; itself a provider. */
export interface Chain extends Provider {
  readonly links: readonly Link[];
  /** Resolves for everything that can happen at run time; never rejects. */
  send(message: MessageInput | Message, options?: SendOptions): Promise<Delivery>;
  verify(context?: VerifyContext): Promise<ChainHealth>;
  /** Takes nothing new, lets deliveries under way end, and closes every provider. May be called twice. */
  close(): Promise<void>;
}

/**
 * Makes a chain: each message goes to the first provider, in order, that will take it.
 * @param links links, or bare providers (which then have no policies)
 * @throws {TypeError | RangeError} if there is no link, an id is there twice, or an option is wrong
 */
export function createChain(links: readonly (Link | Provider)[], options: ChainOptions = {}): Chain {
  const settings = chainSettings(options);
  if (!Array.isArray(links) || links.length === 0)
    throw new TypeError("createChain: give at least one provider");
  const made: readonly Link[] = Object.freeze(
    links.map((one: Link | Provider) => (isLink(one) ? one : makeLink(one, [], settings.clock))),
  );
  const seen = new Set<string>();
  for (const { id } of made) {
    if (seen.has(id))
      throw new TypeError(`createChain: two providers are called ${id}; give each an id of its own`);
    seen.add(id);
  }
  const { clock, id } = settings;
  const observers = together(settings.observers, id);
  let underWay = 0;
  let drained: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const start = async (input: MessageInput | Message, options: SendOptions): Promise<Delivery> => {
    const began = clock.now();
    const { scope: outer, signal: callers } = options;
    const observe = both(observers, outer?.observe);
    const deadlineAt = Math.min(began + settings.deadlineMs, outer?.deadlineAt ?? Number.POSITIVE_INFINITY);
    const pull = stop();
    const off = callers === undefined ? undefined : follow(pull, callers);
    const cancel =
      deadlineAt === Number.POSITIVE_INFINITY
        ? undefined
        : clock.after(outer === undefined ? settings.deadlineMs : deadlineAt - began, () =>
            pull.abort(outOfTime()),
          );
    underWay += 1;
    try {
      const message = isMessage(input) ? input : await readInput(input, settings, pull, began);
      const inner =
        "success" in message ? message : await offer(message, pull, deadlineAt, options, observe, began);
      // Seen from outside, a chain within a chain delivers nothing: the whole does.
      if (outer === undefined && observe !== undefined) {
        const now = clock.now();
        observe({ type: "delivery", at: now, message: inner.id, delivery: inner, ms: now - began });
      }
      return inner;
    } finally {
      cancel?.();
      off?.();
      underWay -= 1;
      if (underWay === 0) drained?.();
    }
  };
  const offer = (
    message: Message,
    pull: Stop,
    deadlineAt: number,
    options: SendOptions,
    observe: Observer | undefined,
    began: number,
  ): Promise<Delivery> => {
    const { scope: outer, handOver } = options;
    const envelope = options.envelope ?? message.envelope;
    if (outer === undefined) {
      observe?.({ type: "delivery-start", at: began, message: message.id, recipients: envelope.to.length });
    }
    const journal = options.journal ?? outer?.journal ?? settings.journal;
    return deliver(message, made, settings, {
      envelope,
      stop: pull,
      handOver,
      deadlineAt,
      observe,
      journal,
      outer,
    });
  };

  const chain: Chain = Object.freeze({
    id,
    links: made,
    send: (input: MessageInput | Message, options: SendOptions = {}) =>
      closing === undefined
        ? start(input, options)
        : Promise.resolve(atTheDoor(settings, "cancelled", "the chain is closed")),
    verify: (context?: VerifyContext) => verifyAll(id, made, context),
    close() {
      closing ??= (async () => {
        if (underWay > 0) await new Promise<void>((resolve) => (drained = resolve));
        await Promise.allSettled(made.map((one) => one.close?.()));
      })();
      return closing;
    },
  });
  markChain(chain);
  return chain;
}

const outOfTime = (): Error => new Error("out of time");

/** Pulls the stop when the caller's signal aborts. */
function follow(pull: StopHandle, callers: AbortSignal): () => void {
  const forward = (): void => pull.abort(callers.reason);
  if (callers.aborted) forward();
  else callers.addEventListener("abort", forward, { once: true });
  return () => callers.removeEventListener("abort", forward);
}

/** The message that an input makes, or how its delivery ended at the door. */
async function readInput(
  input: MessageInput,
  settings: ChainSettings,
  pull: Stop,
  now: number,
): Promise<Message | Delivery> {
  const read = createMessage(input, { limits: settings.limits, defaultFrom: settings.from, now });
  const end = await settled(read, pull, settings.clock, 0);
  if (end.state === "resolved") return end.value;
  if (end.state === "abandoned")
    return atTheDoor(settings, "cancelled", "given up while the message was being read");
  return atTheDoor(
    settings,
    "rejected",
    end.reason instanceof InvalidMessage ? end.reason.message : "could not be read",
  );
}

function both(one: Observer | undefined, other: Observer | undefined): Observer | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (event) => {
    one(event);
    other(event);
  };
}

/** A delivery that ended before any provider was asked. */
function atTheDoor(settings: ChainSettings, kind: "rejected" | "cancelled", why: string): Delivery {
  const books = ledger([""]);
  books.enter(0, failure({ provider: "message", kind, reason: why }), () => false);
  const delivery = conclude(books, {
    id: "",
    chain: settings.id,
    attempts: [],
    retryAt: [],
    now: settings.clock.now,
  });
  return Object.freeze({ ...delivery, rejected: Object.freeze([]) });
}

async function verifyAll(
  id: string,
  links: readonly Link[],
  context: VerifyContext = {},
): Promise<ChainHealth> {
  const providers = await Promise.all(
    links.map(async (one): Promise<Health> => {
      if (one.verify === undefined)
        return { provider: one.id, ok: true, reason: "cannot be verified without sending" };
      try {
        return await one.verify(context);
      } catch {
        return { provider: one.id, ok: false, reason: "its verify threw instead of answering" };
      }
    }),
  );
  const reason = providers
    .map((one) => `${one.provider}: ${one.reason ?? (one.ok ? "ok" : "not ok")}`)
    .join(" | ");
  return { provider: id, ok: providers.some((one) => one.ok), reason, providers };
}
