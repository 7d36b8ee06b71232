import { isJournal, type Journal } from "../events/journal.ts";
import { addressList } from "../message/address-list.ts";
import type { Envelope } from "../message/envelope.ts";
import { envelopeField } from "../message/envelope-input.ts";
import { InvalidMessage } from "../message/invalid-message.ts";
import { defaultLimits } from "../message/limits.ts";
import type { DeliveryScope } from "../provider/scope.ts";

/** What `chain.send` may be told besides the message. */
export interface SendOptions {
  /** Gives up: what was not handed over is `cancelled`, what was is `unknown`. */
  readonly signal?: AbortSignal | undefined;
  readonly journal?: Journal | undefined;
  /** Fewer recipients than the message has, or another sender for bounces. */
  readonly envelope?: Envelope | undefined;
  /** Awaited before any provider crosses the point of no return; if it rejects, none does. */
  readonly handOver?: (() => Promise<void>) | undefined;
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

function soundEnvelope(envelope: Envelope): Envelope {
  const [anybody] = addressList("envelope.to", envelope.to);
  if (anybody === undefined) throw new InvalidMessage("envelope.to", "there is no recipient");
  return envelopeField(envelope, anybody, [], { ...defaultLimits, maxRecipients: Number.POSITIVE_INFINITY });
}

/** @throws {InvalidMessage} a sentence about the first option that cannot be used */
function read(given: unknown): SendOptions {
  if (!isObject(given)) throw new InvalidMessage("options", "must be an object");
  const { signal, journal, envelope, handOver, scope } = given as SendOptions;
  if (signal !== undefined) checkSignal(signal);
  if (journal !== undefined && !isJournal(journal)) {
    throw new InvalidMessage("journal", "must be an object of functions: open, handOver, close, late");
  }
  if (!isFunctionOrAbsent(handOver)) throw new InvalidMessage("handOver", "must be a function");
  if (scope === undefined) {
    return {
      signal,
      journal,
      handOver,
      envelope: envelope === undefined ? undefined : soundEnvelope(envelope),
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
export function soundOptions(given: unknown): SendOptions {
  try {
    return read(given);
  } catch (error) {
    throw error instanceof InvalidMessage ? error : new InvalidMessage("options", "could not be read");
  }
}
