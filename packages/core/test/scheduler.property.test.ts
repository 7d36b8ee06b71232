import fc from "fast-check";
import { expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import { failure, type Outcome, receipt } from "../src/failure/outcome.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { retry } from "../src/policies/retry.ts";
import { timeout } from "../src/policies/timeout.ts";
import type { Provider } from "../src/provider/provider.ts";
import type { Clock } from "../src/runtime/clock.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleMessage } from "./sample-message.ts";

const addresses = ["r0@example.org", "r1@example.org", "r2@example.org"];
const timeoutMs = 1_000;

/** What a provider does when it is called: after a while, and to each recipient in turn. Silence ends in a time-out. */
const turn = fc.record({
  delayMs: fc.constantFrom(0, 0, 40, 150, 400, "silent" as const),
  answers: fc.array(fc.constantFrom("transient", "transient", "accept", "refused", "rejected", "unknown"), {
    minLength: 1,
    maxLength: 3,
  }),
  retryAfterMs: fc.option(fc.constantFrom(0, 30, 900), { nil: undefined }),
});
const providerPlan = fc.record({
  script: fc.array(turn, { minLength: 1, maxLength: 4 }),
  attempts: fc.integer({ min: 1, max: 4 }),
  isOpen: fc.constantFrom(false, false, false, true),
});
const plan = fc.record({
  providers: fc.array(providerPlan, { minLength: 1, maxLength: 4 }),
  recipients: fc.integer({ min: 1, max: 3 }),
  deadlineMs: fc.constantFrom(700, 2_500, 60_000),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

interface Call {
  readonly provider: string;
  readonly at: number;
  readonly to: readonly string[];
  endedAt: number;
  outcome: Outcome | undefined;
}

/** How the links stand in the chain: beside each other, or some of them in a chain of their own. */
type Shape = (
  links: readonly Provider[],
  chain: (links: readonly Provider[]) => Provider,
) => readonly Provider[];
const flat: Shape = (links) => links;
const shapes: readonly Shape[] = [
  (links, chain) => [chain(links)],
  (links, chain) => [chain(links.slice(0, 2)), ...links.slice(2)],
  (links, chain) => (links.length < 2 ? links : [...links.slice(0, 1), chain(links.slice(1))]),
  (links, chain) => (links.length < 3 ? links : [chain([chain(links.slice(0, 2)), ...links.slice(2)])]),
  // In something of somebody's own.
  (links, chain) => {
    const inner = chain(links.slice(0, 2));
    return [{ id: "wrapped", send: (...args) => inner.send(...args) }, ...links.slice(2)];
  },
];

async function run(made: Plan, shape: Shape = flat, failover?: "after-retries") {
  const clock = manualClock();
  const began = clock.now();
  const calls: Call[] = [];
  const events: (RelaisEvent & { readonly calls: number })[] = [];
  let count = 0;
  const chain = (links: readonly Provider[]) =>
    createChain(links as Provider[], { id: `C${count++}`, policies: [], clock, deadlineMs: made.deadlineMs });
  const links = made.providers.map((one, i) => {
    const random = () => made.random;
    const policies = [
      retry({ attempts: one.attempts, baseMs: 100, capMs: 1_000, random, clock, failover }),
      breaker({ minimumCalls: one.isOpen ? 1 : 1_000, consecutiveTimeouts: Infinity, clock }),
      timeout({ ms: timeoutMs, clock }),
    ];
    return makeLink(playing(`P${i}`, one, clock, calls), policies, clock);
  });
  // Those that are open have failed before.
  for (const [i, { isOpen }] of made.providers.entries()) {
    const link = links[i] as Provider;
    const message = await sampleMessage({ to: ["x@example.org"] });
    const { signal } = new AbortController();
    if (isOpen)
      await clock.until(link.send(message, { envelope: message.envelope, signal, handOver: async () => {} }));
  }
  calls.length = 0;
  const observers = [(event: RelaisEvent) => void events.push({ ...event, calls: calls.length })];
  const message = await sampleMessage({ to: addresses.slice(0, made.recipients) });
  const startedAt = clock.now();
  const all = createChain(shape(links, chain) as Provider[], {
    policies: [],
    clock,
    observers,
    deadlineMs: made.deadlineMs,
  });
  const delivery = await clock.until(all.send(message));
  return { delivery, calls, events, startedAt, began, to: message.envelope.to };
}

function playing(id: string, made: Plan["providers"][number], clock: Clock, calls: Call[]): Provider {
  let n = made.isOpen ? -1 : 0;
  return {
    id,
    async send(_message, { envelope: { to }, handOver, signal }) {
      if (n++ < 0) return failure({ provider: id, kind: "misconfigured", reason: "opens the breaker" });
      const { delayMs, answers, retryAfterMs } = made.script[
        (n - 1) % made.script.length
      ] as Plan["providers"][number]["script"][number];
      const call: Call = { provider: id, at: clock.now(), to, endedAt: Infinity, outcome: undefined };
      calls.push(call);
      const end = (outcome: Outcome): Outcome => {
        call.endedAt = clock.now();
        call.outcome = outcome;
        return outcome;
      };
      const isAborted = await new Promise<boolean>((resolve) => {
        signal.addEventListener("abort", () => resolve(true), { once: true });
        if (delayMs !== "silent") clock.after(delayMs, () => resolve(false));
      });
      if (isAborted) return end(failure({ provider: id, kind: "cancelled", reason: "told to" }));
      const said = to.map(
        (address) => [address, answers[addresses.indexOf(address) % answers.length]] as const,
      );
      if (said.some(([, answer]) => answer === "accept" || answer === "unknown")) await handOver();
      if (said.some(([, answer]) => answer === "unknown"))
        return end(failure({ provider: id, kind: "unknown", reason: "lost" }));
      const accepted = said.flatMap(([address, answer]) => (answer === "accept" ? [address] : []));
      const rejected = said.flatMap(([address, answer]) =>
        answer === "transient" || answer === "refused" || answer === "rejected"
          ? [
              {
                address,
                failure: failure({ provider: id, kind: answer, reason: `${answer} there`, retryAfterMs }),
              },
            ]
          : [],
      );
      const [first] = rejected;
      return end(
        accepted.length > 0 || first === undefined
          ? receipt({ provider: id, messageId: "<x>", accepted, rejected })
          : failure({ ...first.failure, rejected }),
      );
    },
  };
}
type Seen = Awaited<ReturnType<typeof run>>;

const anyShape = fc.constantFrom(flat, ...shapes);
const check = (look: (seen: Seen, made: Plan) => void, numRuns = 1_500) =>
  fc.assert(
    fc.asyncProperty(plan, anyShape, async (made, shape) => look(await run(made, shape), made)),
    { numRuns },
  );
const options = { timeout: 120_000 };

/** Recipients that nobody has taken, refused for all, or lost, by these calls. */
function stillNeeding(to: readonly string[], calls: readonly Call[]): readonly string[] {
  return to.filter((address) =>
    calls.every((call) => {
      if (!call.to.includes(address) || call.outcome === undefined) return true;
      const { outcome } = call;
      if (outcome.success && outcome.accepted.includes(address)) return false;
      const own = outcome.rejected?.find((one) => one.address === address)?.failure;
      const kind = own?.kind ?? (outcome.success ? "transient" : outcome.kind);
      return kind !== "rejected" && kind !== "unknown";
    }),
  );
}

test("nobody waits, and nothing slow is tried twice, while another provider was not asked", options, () =>
  check(({ calls, events, to, startedAt }, { providers, deadlineMs }) => {
    for (const [i, call] of calls.entries()) {
      const before = calls.slice(0, i);
      const previous = before.findLast(({ provider }) => provider === call.provider);
      if (previous === undefined) continue;
      const reached = previous.outcome?.success === true && previous.outcome.accepted.length > 0;
      const isSecond =
        before.filter((one) => one.provider === call.provider && !(one.outcome?.success === true)).length <=
        1;
      const isQuick = previous.endedAt - previous.at < 100;
      const isAtOnce = call.at === previous.endedAt && before.at(-1) === previous;
      if (isAtOnce && (reached || (isSecond && isQuick))) continue;
      // It came later, or after something slow: everybody else has been asked for those who still need it.
      const needing = stillNeeding(to, before);
      for (const [j, { isOpen }] of providers.entries()) {
        if (isOpen || `P${j}` === call.provider) continue;
        for (const address of needing.filter((one) => call.to.includes(one)))
          expect(before.some((one) => one.provider === `P${j}` && one.to.includes(address))).toBe(true);
      }
    }
    // Nothing begins when the time is over.
    for (const { at } of calls) expect(at).toBeLessThan(startedAt + deadlineMs);
    expect(events.some(({ type }) => type === "wait")).toBe(false);
  }),
);

test("no provider is called more often than its attempts allow, none that is open at all", options, () =>
  check(({ calls }, { providers }) => {
    for (const [i, { attempts, isOpen }] of providers.entries()) {
      const own = calls.filter(({ provider }) => provider === `P${i}`);
      // One that reached somebody is none of them.
      const vain = own.filter(({ outcome }) => outcome?.success !== true);
      expect(isOpen ? own.length : vain.length).toBeLessThanOrEqual(isOpen ? 0 : attempts);
    }
  }),
);

test("whoever was taken, refused for all or lost is in no further call", options, () =>
  check(({ calls, to, delivery }) => {
    for (const [i, call] of calls.entries()) {
      const needing = stillNeeding(to, calls.slice(0, i));
      for (const address of call.to) expect(needing).toContain(address);
    }
    const taken = calls.flatMap(({ outcome }) => (outcome?.success === true ? outcome.accepted : []));
    expect([...delivery.accepted].sort()).toEqual(taken.sort());
    expect(delivery.receipts.flatMap(({ accepted }) => accepted).sort()).toEqual(taken);
    const made = delivery.attempts.filter(({ skipped }) => !skipped);
    expect(made.map(({ provider }) => provider)).toEqual(calls.map(({ provider }) => provider));
    if (!delivery.success)
      expect(delivery.error).toBe(
        delivery.failures.map(({ provider, reason }) => `${provider}: ${reason}`).join(" | "),
      );
  }),
);

test("where nobody else takes it, every provider gets all its tries before the deadline", options, () =>
  fc.assert(
    fc.asyncProperty(plan, anyShape, async (made, shape) => {
      const script = [{ delayMs: 0 as const, answers: ["transient" as const], retryAfterMs: undefined }];
      const providers = made.providers.map((one) => ({ ...one, script }));
      const { calls } = await run({ ...made, providers, deadlineMs: 60_000 }, shape);
      for (const [i, { attempts, isOpen }] of providers.entries())
        expect(calls.filter(({ provider }) => provider === `P${i}`)).toHaveLength(isOpen ? 0 : attempts);
    }),
    { numRuns: 500 },
  ),
);

test("a chain within a chain, and one in something of its own, asks as if all stood in one", options, () =>
  fc.assert(
    fc.asyncProperty(plan, fc.constantFrom(...shapes), async (made, shape) => {
      const told = ({ calls, startedAt }: Seen) =>
        calls.map(({ provider, to, at }) => [provider, to, at - startedAt]);
      expect(told(await run(made, shape))).toEqual(told(await run(made)));
    }),
    { numRuns: 1_000 },
  ),
);

test("who stays with the primary makes all tries there before another provider is asked", options, () =>
  fc.assert(
    fc.asyncProperty(plan, async (made) => {
      const { calls } = await run(made, flat, "after-retries");
      const order = calls.map(({ provider }) => provider);
      expect(order).toEqual([...order].sort());
    }),
    { numRuns: 500 },
  ),
);

test.each([
  ["silent", 1.3 * timeoutMs, 3.2 * timeoutMs],
  ["refusing", 1, 1],
] as const)("behind a primary that is %s, no message takes long", async (how, mostMs, allMs) => {
  const clock = manualClock();
  const delayMs = how === "silent" ? ("silent" as const) : 0;
  const script = [{ delayMs, answers: ["transient" as const], retryAfterMs: undefined }];
  const calls: Call[] = [];
  const policies = [retry({ clock }), breaker({ clock }), timeout({ ms: timeoutMs, clock })];
  const primary = playing("P0", { script, attempts: 3, isOpen: false }, clock, calls);
  const other = { ...primary, id: "P1", send: accepting("P1") };
  const chain = createChain([makeLink(primary, policies, clock), makeLink(other, policies, clock)], {
    policies: [],
    clock,
  });
  const began = clock.now();
  for (let i = 0; i < 15; i++) {
    const from = clock.now();
    const delivery = await clock.until(chain.send(await sampleMessage()));
    expect(delivery).toMatchObject({ success: true, provider: "P1" });
    expect(clock.now() - from).toBeLessThanOrEqual(mostMs);
  }
  expect(clock.now() - began).toBeLessThanOrEqual(allMs);
});

const accepting =
  (provider: string): Provider["send"] =>
  async (_message, { envelope: { to }, handOver }) => {
    await handOver();
    return receipt({ provider, messageId: "<x>", accepted: to });
  };

test("a wait that one recipient's answer asks for counts from that answer, though others are retried in between", async () => {
  const clock = manualClock();
  const [ann, bob] = addresses as [string, string];
  const began = clock.now();
  const calls: [string, number, readonly string[]][] = [];
  const answering = (id: string, ...answers: ("later" | "soon" | "never")[]): Provider => ({
    id,
    async send(_message, { envelope: { to } }) {
      calls.push([id, clock.now() - began, to]);
      const why = (kind: "deferred" | "transient" | "refused", retryAfterMs?: number) =>
        failure({ provider: id, kind, reason: kind, retryAfterMs });
      const kinds = { later: why("deferred", 1_000), soon: why("transient", 300), never: why("refused") };
      const rejected = to.map((address) => ({
        address,
        failure: kinds[answers[addresses.indexOf(address)] ?? "never"],
      }));
      return failure({ ...kinds.soon, rejected });
    },
  });
  const a = makeLink(answering("A", "soon", "later"), [retry({ clock, attempts: 2 })], clock);
  const chain = createChain([a, answering("B", "never", "never")], { policies: [], clock });
  await clock.until(chain.send(await sampleMessage({ to: [ann, bob] })));
  expect(calls).toEqual([
    ["A", 0, [ann, bob]],
    ["B", 0, [ann, bob]],
    ["A", 300, [ann]],
    ["A", 1_000, [bob]],
  ]);
});
