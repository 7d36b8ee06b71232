/** When addresses get no mail any more because of what providers tell, and how long all of it is kept. */
export interface FeedbackOptions {
  /**
   * An address is suppressed after so many messages that bounced, softly or for a reason that is not known, with no
   * delivery in between. @defaultValue 5
   */
  readonly softBounces?: number | undefined;
  /** Within this time, ms. @defaultValue 14 days */
  readonly softWindowMs?: number | undefined;
  /** How long an address is suppressed, by why, ms; `Infinity` for ever. */
  readonly expiresMs?:
    | {
        /** @defaultValue Infinity */
        readonly bounced?: number | undefined;
        /** After soft bounces. @defaultValue 30 days */
        readonly soft?: number | undefined;
        /** @defaultValue Infinity */
        readonly complained?: number | undefined;
        /** @defaultValue Infinity */
        readonly unsubscribed?: number | undefined;
      }
    | undefined;
  /** How long events are kept, ms. @defaultValue 90 days */
  readonly keepForMs?: number | undefined;
  /** How long an event waits for its message, which may not be written yet, before it counts as foreign, ms. @defaultValue 15 minutes */
  readonly earlyForMs?: number | undefined;
}

const dayMs = 86_400_000;

type NumberName = "softBounces" | "softWindowMs" | "keepForMs" | "earlyForMs";
type ExpiryName = "bounced" | "soft" | "complained" | "unsubscribed";

/** Every number there is, with its default and the least that makes sense. */
const defaults: Readonly<Record<NumberName, readonly [value: number, min: number]>> = {
  softBounces: [5, 1],
  softWindowMs: [14 * dayMs, 1],
  keepForMs: [90 * dayMs, dayMs],
  earlyForMs: [15 * 60_000, 1_000],
};
const expiries: Readonly<Record<ExpiryName, number>> = {
  bounced: Number.POSITIVE_INFINITY,
  soft: 30 * dayMs,
  complained: Number.POSITIVE_INFINITY,
  unsubscribed: Number.POSITIVE_INFINITY,
};

/** `FeedbackOptions`, checked and complete. */
export type FeedbackSettings = Readonly<Record<NumberName, number>> & {
  readonly expiresMs: Readonly<Record<ExpiryName, number>>;
};

function numberOf(name: string, value: unknown, min: number): number {
  if (typeof value === "number" && value >= min) return value;
  throw new RangeError(`createOutbox: feedback.${name} must be a number of at least ${min}`);
}

function known(what: string, options: object, names: readonly string[]): void {
  const extra = Object.keys(options).find((key) => !names.includes(key));
  if (extra !== undefined)
    throw new TypeError(`createOutbox: there is no option ${what}.${extra}; there are ${names.join(", ")}`);
}

/** @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it */
export function feedbackSettings(options: FeedbackOptions = {}): FeedbackSettings {
  const { expiresMs = {} } = options;
  known("feedback", options, [...Object.keys(defaults), "expiresMs"]);
  known("feedback.expiresMs", expiresMs, Object.keys(expiries));
  const numbers = Object.entries(defaults).map(([name, [value, min]]) => [
    name,
    numberOf(name, options[name as NumberName] ?? value, min),
  ]);
  const times = Object.entries(expiries).map(([name, value]) => [
    name,
    numberOf(`expiresMs.${name}`, expiresMs[name as ExpiryName] ?? value, 1),
  ]);
  return { ...Object.fromEntries(numbers), expiresMs: Object.fromEntries(times) };
}
