import type { Delivery } from "../events/delivery.ts";
import { combineObservers, type Observer } from "../events/event.ts";
import { createMessage, isMessage, type MessageInput } from "../message/create-message.ts";
import { InvalidMessage } from "../message/fields.ts";
import type { Message } from "../message/message.ts";
import { type Health, hasLinks, type Provider, type VerifyContext } from "../provider/provider.ts";
import { AbortScope } from "../runtime/abort.ts";
import { wallNow } from "../runtime/clock.ts";
import { settledWithGrace } from "../runtime/wait.ts";
import { type Refusal, refusedDelivery } from "./build-delivery.ts";
import { deliver } from "./delivery-run.ts";
import { isLink, type Link, makeLink } from "./link.ts";
import {
  type ChainOptions,
  type ChainSettings,
  parseChainOptions,
  parseSendOptions,
  type SendOptions,
} from "./options.ts";

/** Links in order; itself a provider. */
export interface Chain extends Provider {
  readonly links: readonly Link[];
  /** Resolves for everything that can happen at run time; never rejects. */
  send(message: MessageInput | Message, options?: SendOptions): Promise<Delivery>;
  verify(context?: VerifyContext): Promise<ChainHealth>;
  /** Takes nothing new, lets deliveries under way end, and closes every provider. May be called twice. */
  close(): Promise<void>;
  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a chain: each message goes to the first provider, in order, that will take it.
 * @param links links as they were made; bare providers, which get `options.policies`; chains, which have their own
 * @throws {TypeError | RangeError} if there is no link, an id is there twice, or an option is wrong
 */
export function createChain(links: readonly (Link | Provider)[], options: ChainOptions = {}): Chain {
  const settings = parseChainOptions(options);
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
  const observers = combineObservers(settings.observers, id);
  let underWay = 0;
  let drained: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const ending = { chain: id, clock };

  const start = (input: MessageInput | Message, given: SendOptions | undefined): Promise<Delivery> => {
    const began = clock.now();
    const startedAt = wallNow(clock);
    const options = given === undefined ? noOptions : sound(given);
    if (typeof options === "string")
      return turnedAway(refusedDelivery({ kind: "rejected", reason: options }, ending), began);
    if (closing !== undefined) return closed(input, options, began);
    const { scope: outer, signal: callers, handOver } = options;
    const deadlineAt = Math.min(began + settings.deadlineMs, outer?.deadlineAt ?? Number.POSITIVE_INFINITY);
    const abort = new AbortScope(callers);
    const delayMs = outer === undefined ? settings.deadlineMs : deadlineAt - began;
    const cancel =
      delayMs === Number.POSITIVE_INFINITY ? undefined : clock.after(delayMs, () => abort.abort(outOfTime()));
    underWay += 1;
    const over = (): void => {
      cancel?.();
      abort.close();
      underWay -= 1;
      if (underWay === 0) drained?.();
    };
    const run = (message: Message): Promise<Delivery> => {
      const envelope = options.envelope ?? message.envelope;
      const observe = both(observers, outer?.observe);
      const journal = options.journal ?? outer?.journal ?? settings.journal;
      return deliver(message, made, settings, {
        envelope,
        signal: abort.signal,
        handOver,
        deadlineAt,
        observe,
        journal,
        outer,
        began,
        at: startedAt,
        over,
      });
    };
    if (isMessage(input)) return run(input);
    return readInput(input, settings, abort.signal, startedAt).then((message) => {
      if (!("success" in message)) return run(message);
      over();
      return outer === undefined ? turnedAway(message, began) : message;
    });
  };

  // Nobody was asked; a beginning and an end there are all the same, for those who count.
  const turnedAway = async (delivery: Delivery, began: number): Promise<Delivery> => {
    const { id: message, rejected } = delivery;
    const at = wallNow(clock);
    const ms = clock.now() - began;
    observers?.({ type: "delivery-start", at: at - ms, message, recipients: rejected.length });
    observers?.({ type: "delivery", at, message, delivery, ms });
    return delivery;
  };

  // Nobody was asked, and everybody is named: whoever keeps the message may send it later.
  const closed = async (
    input: MessageInput | Message,
    { scope, envelope }: SendOptions,
    began: number,
  ): Promise<Delivery> => {
    const message = isMessage(input)
      ? input
      : await readInput(input, settings, new AbortController().signal, wallNow(clock));
    if ("success" in message) return turnedAway(message, began);
    // A link of another chain goes on: this one was not asked.
    const kind = scope === undefined ? "cancelled" : "skipped";
    const why: Refusal = { kind, code: "closed", reason: "the chain is closed" };
    const delivery = refusedDelivery(why, ending, message, envelope?.to);
    return scope === undefined ? turnedAway(delivery, began) : delivery;
  };

  const close = (): Promise<void> => {
    closing ??= (async () => {
      if (underWay > 0) await new Promise<void>((resolve) => (drained = resolve));
      await Promise.allSettled(made.map((one) => one.close?.()));
    })();
    return closing;
  };

  return Object.freeze({
    id,
    links: made,
    send: (input: MessageInput | Message, options?: SendOptions) => start(input, options),
    verify: (context?: VerifyContext) => verifyAll(id, made, context),
    close,
    [Symbol.asyncDispose]: close,
  });
}

const noOptions: SendOptions = {};
const outOfTime = (): Error => new Error("out of time");

/** The options, or what is wrong with them. */
function sound(given: SendOptions): SendOptions | string {
  try {
    return parseSendOptions(given);
  } catch (error) {
    return error instanceof Error ? error.message : "options: could not be read";
  }
}

/** The message that an input makes, or how its delivery ended at the door. */
async function readInput(
  input: MessageInput,
  settings: ChainSettings,
  signal: AbortSignal,
  now: number,
): Promise<Message | Delivery> {
  const read = createMessage(input, { limits: settings.limits, defaultFrom: settings.from, now });
  const end = await settledWithGrace(read, signal, settings.clock, 0);
  const ending = { chain: settings.id, clock: settings.clock };
  if (end.state === "resolved") return end.value;
  if (end.state === "abandoned")
    return refusedDelivery(
      { kind: "cancelled", reason: "given up while the message was being read" },
      ending,
    );
  const reason = end.reason instanceof InvalidMessage ? end.reason.message : "could not be read";
  return refusedDelivery({ kind: "rejected", reason }, ending);
}

function both(one: Observer | undefined, other: Observer | undefined): Observer | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (event) => {
    // Each names it after its own chain.
    one({ ...event });
    other(event);
  };
}

/** How a chain's providers are doing. `ok` if at least one would take mail. */
export interface ChainHealth extends Health {
  readonly providers: readonly Health[];
}

async function verifyOne(link: Link, context: VerifyContext): Promise<Health> {
  const provider = link.id;
  if (typeof link.verify !== "function")
    return { provider, ok: true, reason: "cannot be verified without sending" };
  try {
    const health: unknown = await link.verify(context);
    if (typeof health === "object" && health !== null) return { ...(health as Health), provider };
  } catch {
    // Said below: its words may hold anything.
  }
  return { provider, ok: false, reason: "its verify did not answer as it must" };
}

/** Asks every provider at once, each for itself. Never rejects. */
async function verifyAll(
  id: string,
  links: readonly Link[],
  context: VerifyContext = {},
): Promise<ChainHealth> {
  const providers = await Promise.all(links.map((link) => verifyOne(link, context)));
  const parts = providers.map((one) => `${one.provider}: ${one.reason ?? (one.ok ? "ok" : "not ok")}`);
  return { provider: id, ok: providers.some((one) => one.ok), reason: parts.join(" | "), providers };
}
