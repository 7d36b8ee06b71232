import fc from "fast-check";
import { type Chain, createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import type { FailureKind } from "../src/failure/kinds.ts";
import { failure, type Outcome, receipt } from "../src/failure/outcome.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { concurrency } from "../src/policies/concurrency.ts";
import type { Policy } from "../src/policies/policy.ts";
import { rateLimit } from "../src/policies/rate-limit.ts";
import { retry } from "../src/policies/retry.ts";
import { timeout } from "../src/policies/timeout.ts";
import type { ProviderLimits } from "../src/provider/limits.ts";
import type { Provider } from "../src/provider/provider.ts";
import type { Clock } from "../src/runtime/clock.ts";

const answers = [
  "accept",
  "transient",
  "throttled",
  "deferred",
  "misconfigured",
  "refused",
  "rejected",
  "unknown",
  "cancelled",
] as const;
type Answer = (typeof answers)[number];

const turn = fc.record({
  how: fc.constantFrom("answer", "answer", "answer", "throw", "hang"),
  handsOver: fc.boolean(),
  /** One a recipient, in turn. */
  answers: fc.array(fc.constantFrom(...answers, "accept" as const), { minLength: 1, maxLength: 3 }),
  asReceipt: fc.boolean(),
  delayMs: fc.constantFrom(0, 0, 1, 20, 300),
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined }),
  obeysAbort: fc.boolean(),
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

const linkPlan = fc.record({
  script: fc.array(turn, { minLength: 1, maxLength: 5 }),
  attempts: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  capMs: fc.integer({ min: 0, max: 1_000 }),
  breaker: fc.boolean(),
  perSecond: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  concurrency: fc.boolean(),
  timeoutMs: fc.option(fc.constantFrom(10, 200), { nil: undefined }),
  limits: fc.option(
    fc.record({
      maxRecipients: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
      /** Messages have 5 bytes, or more with their attachment. */
      maxBytes: fc.option(fc.constantFrom(4, 5, 1_000), { nil: undefined }),
      visibleRecipient: fc.option(fc.constant(true as const), { nil: undefined }),
      refusedExtensions: fc.option(fc.constant(["exe"]), { nil: undefined }),
      /** Another limit from this call on. */
      learned: fc.option(
        fc.record({ calls: fc.integer({ min: 1, max: 3 }), maxRecipients: fc.integer({ min: 1, max: 3 }) }),
        { nil: undefined },
      ),
    }),
    { nil: undefined },
  ),
});
export type LinkPlan = typeof linkPlan extends fc.Arbitrary<infer T> ? T : never;

export const plan = fc.record({
  links: fc.array(linkPlan, { minLength: 1, maxLength: 4 }),
  recipients: fc.constantFrom(1, 2, 3, 3, 5, 7),
  /** The first so many stand in To, the others in Bcc. */
  visible: fc.integer({ min: 0, max: 7 }),
  attachment: fc.constantFrom(undefined, undefined, "a.pdf", "a.EXE"),
  sends: fc.integer({ min: 1, max: 3 }),
  pauseMs: fc.constantFrom(0, 500, 5_000),
  deadlineMs: fc.constantFrom(50, 2_000, 60_000),
  onUnknown: fc.constantFrom("stop" as const, "stop" as const, "failover" as const),
  abortAfterMs: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: undefined }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});
export type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** One call as the provider itself saw it. */
export interface SeenCall {
  readonly provider: string;
  readonly at: number;
  readonly to: readonly string[];
  /** How many recipients the provider took at that time. */
  readonly most: number | undefined;
  /** It went past the point of no return. */
  crossed: boolean;
  /** What it said of each recipient; empty while it has said nothing. */
  readonly said: Map<string, Answer>;
  /** When it said it: perhaps long after anybody waited for it. */
  saidAt: number;
}

/** Every recipient's own answer as one outcome. */
function outcomeOf(
  provider: string,
  said: ReadonlyMap<string, Answer>,
  asReceipt: boolean,
  wait: number | undefined,
): Outcome {
  const why = (kind: FailureKind) =>
    failure({ provider, kind, reason: `${kind} at ${provider}`, retryAfterMs: wait });
  const accepted = [...said].filter(([, answer]) => answer === "accept").map(([address]) => address);
  const rejected = [...said].flatMap(([address, answer]) =>
    answer === "accept" ? [] : [{ address, failure: why(answer) }],
  );
  const [first] = rejected;
  if (accepted.length > 0 || first === undefined || asReceipt)
    return receipt({ provider, messageId: `<${provider}>`, accepted, rejected });
  const mixed = rejected.some((one) => one.failure.kind !== first.failure.kind);
  return mixed ? failure({ ...why(first.failure.kind), rejected }) : first.failure;
}

function playing(
  id: string,
  { script, limits }: LinkPlan,
  clock: Clock,
  calls: SeenCall[],
): Provider & { readonly most: () => number | undefined } {
  let n = 0;
  const now = (): ProviderLimits | undefined =>
    limits?.learned !== undefined && n >= limits.learned.calls
      ? { ...limits, maxRecipients: limits.learned.maxRecipients }
      : limits;
  return {
    id,
    get limits() {
      return now();
    },
    most: () => now()?.maxRecipients,
    async send(_message, { envelope, signal, handOver }) {
      const most = this.most();
      const now = script[n++ % script.length] as Turn;
      const call: SeenCall = {
        provider: id,
        most,
        at: clock.now(),
        to: envelope.to,
        crossed: false,
        said: new Map(),
        saidAt: Number.POSITIVE_INFINITY,
      };
      calls.push(call);
      const mine = envelope.to.map(
        (address, i) => [address, now.answers[i % now.answers.length] as Answer] as const,
      );
      const receipts = mine.some(([, answer]) => answer === "accept") || now.asReceipt;
      const needsGate =
        now.how === "answer" ? receipts || mine.some(([, answer]) => answer === "unknown") : now.handsOver;
      const gaveUp = new Promise<"aborted">((resolve) => {
        if (now.obeysAbort) signal.addEventListener("abort", () => resolve("aborted"), { once: true });
      });
      if (now.handsOver || needsGate) {
        const turnedBack = await handOver().then(
          () => false,
          () => true,
        );
        if (turnedBack) return failure({ provider: id, kind: "cancelled", reason: "turned back" });
        call.crossed = true;
      }
      const wait =
        now.how === "hang"
          ? new Promise<never>(() => undefined)
          : new Promise<void>((resolve) => clock.after(now.delayMs, resolve));
      if ((await Promise.race([wait, gaveUp])) === "aborted")
        return failure({ provider: id, kind: "cancelled", reason: "told to" });
      if (now.how === "throw") throw new Error("boom");
      for (const [address, answer] of mine) call.said.set(address, answer);
      call.saidAt = clock.now();
      return outcomeOf(id, call.said, now.asReceipt && call.crossed, now.retryAfterMs);
    },
  };
}

function policiesOf(link: LinkPlan, clock: Clock, random: () => number): Policy[] {
  return [
    ...(link.attempts === undefined
      ? []
      : [retry({ attempts: link.attempts, baseMs: 100, capMs: link.capMs, random, clock })]),
    ...(link.breaker ? [breaker({ minimumCalls: 2, windowMs: 12_000, resetMs: 1_000, clock })] : []),
    ...(link.perSecond === undefined ? [] : [rateLimit({ perSecond: link.perSecond, clock })]),
    ...(link.concurrency ? [concurrency({ messages: 1, queue: 0, clock })] : []),
    ...(link.timeoutMs === undefined ? [] : [timeout({ ms: link.timeoutMs, clock })]),
  ];
}

/** A chain as planned, and everything that can be seen of it from both ends. */
export function build(
  made: Plan,
  clock: Clock,
): { readonly chain: Chain; readonly calls: SeenCall[]; readonly events: RelaisEvent[] } {
  const calls: SeenCall[] = [];
  const events: RelaisEvent[] = [];
  const links = made.links.map((link, i) =>
    makeLink(
      playing(`P${i}`, link, clock, calls),
      policiesOf(link, clock, () => made.random),
      clock,
    ),
  );
  const { deadlineMs, onUnknown } = made;
  const observers = [(event: RelaisEvent) => void events.push(event)];
  return { chain: createChain(links, { clock, deadlineMs, onUnknown, observers }), calls, events };
}
