import { atTheDoor } from "./at-the-door.ts";
import { type ChainOptions, type ChainSettings, chainSettings } from "./chain-options.ts";
import { deliver } from "./deliver.ts";
import type { Delivery } from "./delivery.ts";
import type { Observer } from "./event.ts";
import { isLink, type Link, makeLink } from "./link.ts";
import { createMessage, isMessage, type MessageInput } from "./message/create-message.ts";
import { InvalidMessage } from "./message/invalid-message.ts";
import type { Message } from "./message/message.ts";
import { hasLinks, markChain } from "./nest.ts";
import { together } from "./observe.ts";
import type { Provider, VerifyContext } from "./provider.ts";
import { type SendOptions, soundOptions } from "./send-options.ts";
import { settled } from "./settled.ts";
import { type Stop, type StopHandle, stop } from "./stop.ts";
import { type ChainHealth, verifyAll } from "./verify-all.ts";

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
 * @param links links as they were made; bare providers, which get `options.policies`; chains, which have their own
 * @throws {TypeError | RangeError} if there is no link, an id is there twice, or an option is wrong
 */
export function createChain(links: readonly (Link | Provider)[], options: ChainOptions = {}): Chain {
  const settings = chainSettings(options);
  if (!Array.isArray(links) || links.length === 0)
    throw new TypeError("createChain: give at least one provider");
  const made: readonly Link[] = Object.freeze(
    links.map((one: Link | Provider) => {
      if (isLink(one)) return one;
      const bare = typeof one === "object" && one !== null && hasLinks(one) ? [] : settings.policies;
      return makeLink(one, bare, settings.clock);
    }),
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

  const ending = { chain: id, now: clock.now };

  const start = (input: MessageInput | Message, given: SendOptions | undefined): Promise<Delivery> => {
    const began = clock.now();
    const options = given === undefined ? noOptions : sound(given);
    if (closing !== undefined)
      return turnedAway(atTheDoor("cancelled", "the chain is closed", ending), began);
    if (typeof options === "string") return turnedAway(atTheDoor("rejected", options, ending), began);
    const { scope: outer, signal: callers, handOver } = options;
    const deadlineAt = Math.min(began + settings.deadlineMs, outer?.deadlineAt ?? Number.POSITIVE_INFINITY);
    const pull = stop();
    const off = callers === undefined ? undefined : follow(pull, callers);
    const delayMs = outer === undefined ? settings.deadlineMs : deadlineAt - began;
    const cancel =
      delayMs === Number.POSITIVE_INFINITY ? undefined : clock.after(delayMs, () => pull.abort(outOfTime()));
    underWay += 1;
    const over = (): void => {
      cancel?.();
      off?.();
      underWay -= 1;
      if (underWay === 0) drained?.();
    };
    const run = (message: Message): Promise<Delivery> => {
      const envelope = options.envelope ?? message.envelope;
      const observe = both(observers, outer?.observe);
      const journal = options.journal ?? outer?.journal ?? settings.journal;
      return deliver(message, made, settings, {
        envelope,
        stop: pull,
        handOver,
        deadlineAt,
        observe,
        journal,
        outer,
        began,
        over,
      });
    };
    if (isMessage(input)) return run(input);
    return readInput(input, settings, pull, began).then((message) => {
      if (!("success" in message)) return run(message);
      over();
      return outer === undefined ? turnedAway(message, began) : message;
    });
  };

  // Nobody was asked; a beginning and an end there are all the same, for those who count.
  const turnedAway = async (delivery: Delivery, began: number): Promise<Delivery> => {
    observers?.({ type: "delivery-start", at: began, message: "", recipients: 0 });
    const now = clock.now();
    observers?.({ type: "delivery", at: now, message: delivery.id, delivery, ms: now - began });
    return delivery;
  };

  const chain: Chain = Object.freeze({
    id,
    links: made,
    send: (input: MessageInput | Message, options?: SendOptions) => start(input, options),
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

const noOptions: SendOptions = {};
const outOfTime = (): Error => new Error("out of time");

/** The options, or what is wrong with them. */
function sound(given: SendOptions): SendOptions | string {
  try {
    return soundOptions(given);
  } catch (error) {
    return error instanceof Error ? error.message : "options: could not be read";
  }
}

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
  const ending = { chain: settings.id, now: settings.clock.now };
  if (end.state === "resolved") return end.value;
  if (end.state === "abandoned")
    return atTheDoor("cancelled", "given up while the message was being read", ending);
  return atTheDoor(
    "rejected",
    end.reason instanceof InvalidMessage ? end.reason.message : "could not be read",
    ending,
  );
}

function both(one: Observer | undefined, other: Observer | undefined): Observer | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (event) => {
    // Each names it after its own chain.
    one({ ...event });
    other(event);
  };
}
