import type { Observer } from "../events/event.ts";
import { isJournal, type Journal } from "../events/journal.ts";
import { type FailureKind, failureKinds } from "../failure/kinds.ts";
import type { SuppressionList } from "../feedback/suppression.ts";
import { type AddressInput, addressList, oneAddress } from "../message/address-list.ts";
import type { Prepare } from "../message/create-message.ts";
import { readEnvelope } from "../message/envelope.ts";
import { InvalidMessage } from "../message/fields.ts";
import { defaultLimits, type Envelope, type Limits } from "../message/message.ts";
import type { Policy } from "../policies/policy.ts";
import { standardPolicies } from "../policies/standard.ts";
import * as option from "../provider/option.ts";
import type { DeliveryScope } from "../provider/scope.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { knownOptions, numberOption, providerId } from "../runtime/options.ts";
import { type SuppressionOptions, type SuppressionSettings, suppressionSettings } from "./suppression.ts";

/** What `chain.send` may be told besides the message. */
export interface SendOptions {
  /** Gives up: what was not handed over is `cancelled`, what was is `unknown`. */
  readonly signal?: AbortSignal | undefined;
  readonly journal?: Journal | undefined;
  /** Fewer recipients than the message has, or another sender for bounces. */
  readonly envelope?: Envelope | undefined;
  /** Awaited before any provider crosses the point of no return; if it rejects, none does. */
  readonly handOver?: (() => Promise<void>) | undefined;
  /** Whose message it is, for suppression lists. @defaultValue `default` */
  readonly tenant?: string | undefined;
  /** One more list of addresses that get no mail, besides the chain's own. */
  readonly suppression?: SuppressionList | SuppressionOptions | undefined;
  /** Only for a chain that is called by a link of another chain. */
  readonly scope?: DeliveryScope | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const isFunction = (value: unknown): boolean => typeof value === "function";
const isFunctionOrAbsent = (value: unknown): boolean => value === undefined || isFunction(value);

function checkSignal(signal: unknown): void {
  const usable =
    isObject(signal) && typeof signal.aborted === "boolean" && isFunction(signal.addEventListener);
  if (!usable || !isFunction(signal.removeEventListener))
    throw new InvalidMessage("signal", "is not an AbortSignal");
}

function checkSuppression(option: SuppressionList | SuppressionOptions): SuppressionSettings {
  try {
    return suppressionSettings("suppression", option);
  } catch (error) {
    throw new InvalidMessage("suppression", (error as Error).message.replace(/^suppression: /, ""));
  }
}

function checkEnvelope(envelope: Envelope): Envelope {
  const [first] = addressList("envelope.to", envelope.to);
  if (first === undefined) throw new InvalidMessage("envelope.to", "there is no recipient");
  return readEnvelope(envelope, first, [], { ...defaultLimits, maxRecipients: Number.POSITIVE_INFINITY });
}

/** `SendOptions`, checked. */
export interface SendSettings extends SendOptions {
  readonly suppression?: SuppressionSettings | undefined;
}

/** @throws {InvalidMessage} a sentence about the first option that cannot be used */
function checkSendOptions(options: unknown): SendSettings {
  if (!isObject(options)) throw new InvalidMessage("options", "must be an object");
  const { signal, journal, envelope, handOver, scope, tenant, suppression } = options as SendOptions;
  if (signal !== undefined) checkSignal(signal);
  if (journal !== undefined && !isJournal(journal)) {
    throw new InvalidMessage("journal", "must be an object of functions: open, handOver, close, late");
  }
  if (!isFunctionOrAbsent(handOver)) throw new InvalidMessage("handOver", "must be a function");
  if (scope === undefined) {
    if (tenant !== undefined && (typeof tenant !== "string" || tenant === ""))
      throw new InvalidMessage("tenant", "must be a text");
    return {
      signal,
      journal,
      handOver,
      envelope: envelope === undefined ? undefined : checkEnvelope(envelope),
      tenant,
      suppression: suppression === undefined ? undefined : checkSuppression(suppression),
    };
  }
  // From a link of another chain, which made the envelope itself.
  if (
    !isObject(scope) ||
    !isFunction(scope.nextAttempt) ||
    !isFunction(scope.record) ||
    !isObject(envelope)
  ) {
    throw new InvalidMessage("scope", "may only come from a link of another chain");
  }
  return { signal, journal, handOver, scope, envelope };
}

/** @throws {InvalidMessage} a sentence about the first option that cannot be used */
export function parseSendOptions(options: unknown): SendSettings {
  try {
    return checkSendOptions(options);
  } catch (error) {
    throw error instanceof InvalidMessage ? error : new InvalidMessage("options", "could not be read");
  }
}

export interface UnsubscribeOptions {
  /** 16 characters or more; of a list the first one signs. */
  readonly secret: string | readonly string[];
}

function unsubscribeSecret(options: UnsubscribeOptions | undefined): string | undefined {
  if (options === undefined) return undefined;
  const fields = option.record({ secret: option.required(option.signingSecrets) });
  return option.check("createChain.unsubscribe", fields, options).secret[0];
}

export interface ChainOptions {
  /** The chain's name, where it is a link of another. @defaultValue `"chain"` */
  readonly id?: string | undefined;
  /** How long a delivery may take in all, ms; `Infinity` for no bound. @defaultValue 60000 */
  readonly deadlineMs?: number | undefined;
  /**
   * What to do when it is unknown whether a provider took the message: stop, or send it by the next one too, with
   * the same Message-ID and `possibleDuplicate` on the delivery. @defaultValue `"stop"`
   */
  readonly onUnknown?: "stop" | "failover" | undefined;
  /** Whether to go on to the next provider, kind by kind, where the table says otherwise. */
  readonly failover?: Readonly<Partial<Record<FailureKind, boolean>>> | undefined;
  /**
   * Called with every event of the chain, and of a worker of an outbox that sends by it. They cannot change a delivery.
   */
  readonly observers?: readonly Observer[] | undefined;
  /** Awaited steps around every attempt; one given to `send` comes first. */
  readonly journal?: Journal | undefined;
  /** Used where a message has no `from`. */
  readonly from?: AddressInput | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /**
   * Addresses that get no mail: asked once for each message, for all of its recipients. The others get it; one that is on
   * the list is `rejected` with the code `suppressed`, and no provider is asked for it.
   */
  readonly suppression?: SuppressionList | SuppressionOptions | undefined;
  /** Completes each message before it is checked, as `withText` of `relais` does. One made with `createMessage` stays as it is. */
  readonly prepare?: Prepare | undefined;
  /**
   * Whether providers add the message's id, as header X-Relais-Id and as tag `relais_id`, so that a bounce says which
   * message it is about. @defaultValue true
   */
  readonly correlation?: boolean | undefined;
  /**
   * The secret, 16 characters or more, that signs the links of messages with `unsubscribe`; of a list the first one.
   * `unsubscribeHandler` is given the same. @defaultValue none
   */
  readonly unsubscribe?: UnsubscribeOptions | undefined;
  /**
   * The policies of every provider that is given bare, not as a `link`; `[]` for none. Each provider has a state of its
   * own. A link is as it was made, and a chain within this one has its own links.
   * @defaultValue `standardPolicies()`: retry, breaker, and 30 s for an attempt
   */
  readonly policies?: readonly Policy[] | undefined;
  /** @defaultValue the machine's clock */
  readonly clock?: Clock | undefined;
}

/** `ChainOptions`, checked and complete. */
export interface ChainSettings {
  readonly id: string;
  readonly deadlineMs: number;
  readonly onUnknown: "stop" | "failover";
  readonly failover: Readonly<Partial<Record<FailureKind, boolean>>>;
  readonly observers: readonly Observer[];
  readonly journal: Journal | undefined;
  readonly from: AddressInput | undefined;
  readonly limits: Limits;
  readonly prepare: Prepare | undefined;
  readonly correlation: boolean;
  readonly unsubscribeSecret: string | undefined;
  readonly policies: readonly Policy[];
  readonly suppression: SuppressionSettings | undefined;
  readonly clock: Clock;
}

const names = [
  "id",
  "deadlineMs",
  "onUnknown",
  "failover",
  "observers",
  "journal",
  "from",
  "limits",
  "prepare",
  "correlation",
  "unsubscribe",
  "policies",
  "suppression",
  "clock",
];

/** @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it */
export function parseChainOptions(options: ChainOptions): ChainSettings {
  knownOptions("createChain", options, names);
  const {
    id = "chain",
    onUnknown = "stop",
    failover = {},
    observers = [],
    journal,
    from,
    limits = {},
  } = options;
  providerId("createChain: id", id);
  if (onUnknown !== "stop" && onUnknown !== "failover") {
    throw new TypeError('createChain: onUnknown must be "stop" or "failover"');
  }
  knownOptions(
    "createChain.failover",
    failover,
    failureKinds.filter((kind) => kind !== "cancelled"),
  );
  for (const [kind, value] of Object.entries(failover)) {
    if (typeof value !== "boolean")
      throw new TypeError(`createChain.failover: ${kind} must be true or false`);
  }
  if (!Array.isArray(observers) || observers.some((observer) => typeof observer !== "function")) {
    throw new TypeError("createChain: observers must be a list of functions");
  }
  knownOptions("createChain.limits", limits, Object.keys(defaultLimits));
  if (from !== undefined) checkSender(from);
  const deadlineMs = numberOption("createChain: deadlineMs", options.deadlineMs, 60_000, {
    min: 1,
    unbounded: true,
  });
  const maxima = { min: 1, whole: true };
  const checked: Limits = {
    maxRecipients: numberOption(
      "createChain.limits: maxRecipients",
      limits.maxRecipients,
      defaultLimits.maxRecipients,
      maxima,
    ),
    maxBytes: numberOption("createChain.limits: maxBytes", limits.maxBytes, defaultLimits.maxBytes, maxima),
    maxAttachments: numberOption(
      "createChain.limits: maxAttachments",
      limits.maxAttachments,
      defaultLimits.maxAttachments,
      { min: 0, whole: true },
    ),
    allowFiles: limits.allowFiles ?? false,
    strictNames: limits.strictNames ?? false,
  };
  for (const name of ["allowFiles", "strictNames"] as const) {
    if (typeof checked[name] !== "boolean")
      throw new TypeError(`createChain.limits: ${name} must be true or false`);
  }
  const clock = options.clock ?? systemClock;
  if (typeof clock.now !== "function" || typeof clock.after !== "function") {
    throw new TypeError("createChain: clock must have the functions now and after");
  }
  if (journal !== undefined && !isJournal(journal)) {
    throw new TypeError("createChain: journal must be an object of functions: open, handOver, close, late");
  }
  const { policies, prepare, suppression, correlation = true, unsubscribe } = options;
  if (typeof correlation !== "boolean") throw new TypeError("createChain: correlation must be true or false");
  if (!isFunctionOrAbsent(prepare)) throw new TypeError("createChain: prepare must be a function");
  if (
    policies !== undefined &&
    (!Array.isArray(policies) || policies.some((one) => typeof one !== "function"))
  ) {
    throw new TypeError("createChain: policies must be a list of policies, as in [retry()]; [] for none");
  }
  return {
    id,
    deadlineMs,
    onUnknown,
    failover,
    observers: [...observers],
    journal,
    from,
    limits: checked,
    prepare,
    correlation,
    unsubscribeSecret: unsubscribeSecret(unsubscribe),
    policies: [...(policies ?? standardPolicies({ clock }))],
    suppression:
      suppression === undefined ? undefined : suppressionSettings("createChain: suppression", suppression),
    clock,
  };
}

function checkSender(from: AddressInput): void {
  try {
    oneAddress("from", from);
  } catch (error) {
    throw new TypeError(`createChain: ${error instanceof Error ? error.message : "from is not an address"}`);
  }
}
