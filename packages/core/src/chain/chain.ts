import type { Delivery } from "../events/delivery.ts";
import { combineObservers, type Observer } from "../events/event.ts";
import { isMessage, type MessageInput } from "../message/create-message.ts";
import type { InvalidMessage } from "../message/fields.ts";
import type { Message } from "../message/message.ts";
import { type Health, hasLinks, type Provider, type VerifyContext } from "../provider/provider.ts";
import { wallNow } from "../runtime/clock.ts";
import { type Refusal, refusedDelivery } from "./build-delivery.ts";
import { type ChainState, DeliveryRun, readMessage, reportRefused } from "./delivery-run.ts";
import { isLink, type Link, makeLink } from "./link.ts";
import {
  type ChainOptions,
  parseChainOptions,
  parseSendOptions,
  type SendOptions,
  type SendSettings,
} from "./options.ts";

/** Links in order; itself a provider. */
export interface Chain extends Provider {
  readonly links: readonly Link[];
  /** Those that it was given; a worker of an outbox that sends by the chain has the same. */
  readonly observers: readonly Observer[];
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
  const observe = combineObservers(settings.observers, id);
  const state: ChainState = { links: made, settings, observe, running: 0, onIdle: undefined };
  let closing: Promise<void> | undefined;

  const send = (input: MessageInput | Message, sendOptions?: SendOptions): Promise<Delivery> => {
    let parsed = noOptions;
    try {
      if (sendOptions !== undefined) parsed = parseSendOptions(sendOptions);
    } catch (error) {
      return sendRefused((error as InvalidMessage).message);
    }
    return closing === undefined ? new DeliveryRun(state, parsed).deliver(input) : sendClosed(input, parsed);
  };

  const sendRefused = async (reason: string): Promise<Delivery> => {
    const delivery = refusedDelivery(settings, { kind: "rejected", reason });
    reportRefused(state, delivery, clock.now());
    return delivery;
  };

  /** No provider is called, and all recipients are named: a caller that keeps the message may send it later. */
  const sendClosed = async (
    input: MessageInput | Message,
    { scope, envelope }: SendSettings,
  ): Promise<Delivery> => {
    const beganAt = clock.now();
    const { signal } = new AbortController();
    const message = isMessage(input) ? input : await readMessage(input, settings, wallNow(clock), signal);
    let delivery: Delivery;
    if ("success" in message) delivery = message;
    else {
      // The chain around this one calls its next link.
      const kind = scope === undefined ? "cancelled" : "skipped";
      const refusal: Refusal = { kind, code: "closed", reason: "the chain is closed" };
      delivery = refusedDelivery(settings, refusal, message, envelope?.to);
    }
    if (scope === undefined) reportRefused(state, delivery, beganAt);
    return delivery;
  };

  const close = (): Promise<void> => {
    closing ??= (async () => {
      if (state.running > 0) await new Promise<void>((resolve) => (state.onIdle = resolve));
      await Promise.allSettled(made.map((one) => one.close?.()));
    })();
    return closing;
  };

  return Object.freeze({
    id,
    links: made,
    // A frozen copy: V8 allocates more for a loop over a frozen array, and each event loops over the chain's own.
    observers: Object.freeze([...settings.observers]),
    send,
    verify: (context?: VerifyContext) => verifyAll(id, made, context),
    close,
    [Symbol.asyncDispose]: close,
  });
}

const noOptions: SendSettings = {};

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
