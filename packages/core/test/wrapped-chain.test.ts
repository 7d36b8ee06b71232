import { describe, expect, test } from "vitest";
import { type Chain, createChain } from "../src/chain/chain.ts";
import { link, makeLink } from "../src/chain/link.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import type { Journal } from "../src/events/journal.ts";
import { overrides } from "../src/policies/overrides.ts";
import { retry } from "../src/policies/retry.ts";
import type { Provider, SendContext } from "../src/provider/provider.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, sampleInput } from "./sample-message.ts";
import { accept, fail, hangHandedOver, part, type Scripted, scripted } from "./scripted-provider.ts";

type Send = Provider["send"];
const provider = (chain: Chain): Provider => chain;

/** Ways in which people put a chain into something of their own. */
const ways: readonly [how: string, wrap: (chain: Chain) => Provider][] = [
  ["bare", provider],
  ["spread", (chain) => ({ ...provider(chain) })],
  ["proxied", (chain) => new Proxy(provider(chain), {})],
  [
    "decorated",
    (chain) => ({ id: chain.id, send: (...args: Parameters<Send>) => provider(chain).send(...args) }),
  ],
  [
    "decorated by somebody who waits first",
    (chain) => ({
      id: chain.id,
      async send(...args: Parameters<Send>) {
        for (let i = 0; i < 10; i++) await null;
        return provider(chain).send(...args);
      },
    }),
  ],
  [
    "as a class with getters, as a loaded chain is",
    (chain) =>
      new (class {
        get id() {
          return chain.id;
        }
        get links() {
          return chain.links;
        }
        send(...args: Parameters<Send>) {
          return provider(chain).send(...args);
        }
      })(),
  ],
  ["in a link", (chain) => link(chain)],
  ["in a link of a link", (chain) => link(link(chain))],
  [
    "without its scope",
    (chain) => ({
      id: chain.id,
      send: (message, { envelope, signal, handOver }) =>
        provider(chain).send(message, { envelope, signal, handOver } as SendContext),
    }),
  ],
];
const telling = ways.slice(0, -1);

function setUp(wrap: (chain: Chain) => Provider, inner: readonly Scripted[], onUnknown?: "failover") {
  const clock = manualClock();
  const events: RelaisEvent[] = [];
  const journal: string[] = [];
  const note: Required<Pick<Journal, "open" | "handOver" | "close">> = {
    open: async ({ provider: id, n }) => void journal.push(`open ${id} ${n}`),
    handOver: async ({ provider: id }) => void journal.push(`handOver ${id}`),
    close: async ({ provider: id }, outcome) =>
      void journal.push(`close ${id} ${outcome.success || outcome.kind}`),
  };
  const last = scripted("LAST", accept());
  const chain = createChain(inner, { id: "inner", policies: [], clock, onUnknown });
  const outer = createChain([makeLink(wrap(chain), [], clock), last], {
    policies: [],
    clock,
    observers: [(event) => events.push(event)],
  });
  const send = (to = [ann, bob], options: { readonly journal?: Journal } = {}) =>
    clock.until(outer.send(sampleInput({ to }), options));
  return { clock, chain, last, events, journal, note, send };
}

describe.each(ways)("a chain %s", (how, wrap) => {
  test("names who was accepted: nobody else is offered to the next one", async () => {
    const { send, last } = setUp(wrap, [scripted("A", part({ [bob]: "deferred" }))]);
    expect(await send()).toMatchObject({
      success: true,
      accepted: [ann, bob],
      receipts: [
        { provider: "A", accepted: [ann] },
        { provider: "LAST", accepted: [bob] },
      ],
      failures: [{ provider: "A", kind: "deferred" }],
    });
    expect(last.calls).toEqual([[bob]]);
  });

  test("says that there may be two copies, and what came first", async () => {
    const { send } = setUp(wrap, [scripted("A", fail("unknown")), scripted("B", accept())], "failover");
    expect(await send([ann])).toMatchObject({
      success: true,
      provider: "B",
      possibleDuplicate: true,
      failures: [{ provider: "A", kind: "unknown" }],
    });
  });

  test("that was taken by several providers says by whom", async () => {
    const { send } = setUp(wrap, [scripted("A", part({ [bob]: "refused" })), scripted("B", accept())]);
    expect(await send()).toMatchObject({
      success: true,
      receipts: [
        { provider: "A", accepted: [ann] },
        { provider: "B", accepted: [bob] },
      ],
    });
  });

  test("ends the outer one with what it does not know", async () => {
    const { send, last } = setUp(wrap, [scripted("A", fail("unknown")), scripted("B", accept())]);
    expect(await send([ann])).toMatchObject({ status: "unknown", error: "A: unknown there" });
    expect(last.calls).toEqual([]);
  });

  test("leaves a closed one to the next", async () => {
    const { send, last, chain } = setUp(wrap, [scripted("A", accept())]);
    await chain.close();
    // Who does not hand the scope on is a caller like any other: the chain ends its delivery.
    if (how === "without its scope") return expect(await send([ann])).toMatchObject({ kind: "cancelled" });
    expect(await send([ann])).toMatchObject({ success: true, provider: "LAST" });
    expect(last.calls).toEqual([[ann]]);
  });
});

describe.each(telling)("a chain %s", (how, wrap) => {
  test("makes no attempt of its own", async () => {
    const { send, events } = setUp(wrap, [scripted("A", fail("refused")), scripted("B", fail("refused"))]);
    const { attempts } = await send([ann]);
    expect(attempts.map(({ n, provider: id }) => `${n} ${id}`)).toEqual(["1 A", "2 B", "3 LAST"]);
    const started = events.flatMap((event) => (event.type === "attempt-start" ? event.attempt : []));
    const ended = events.flatMap((event) => (event.type === "attempt" ? event.attempt.id : []));
    expect([...new Set(started)].sort()).toEqual([...new Set(ended)].sort());
    expect(started).toEqual(expect.arrayContaining(attempts.map(({ id }) => id)));
  });

  test("leaves a journal in which every attempt is opened and closed, and handed over once", async () => {
    const { send, journal, note } = setUp(wrap, [scripted("A", accept())]);
    await send([ann], { journal: note });
    expect(journal.filter((line) => line.startsWith("handOver"))).toEqual(["handOver A"]);
    expect(journal).toContain("close A true");
    const count = (step: string): number => journal.filter((line) => line.startsWith(step)).length;
    expect(count("open")).toBe(count("close"));
    if (!how.startsWith("decorated")) expect(journal).toEqual(["open A 1", "handOver A", "close A true"]);
    else expect(journal).toContain("close inner skipped");
  });
});

test("an unknown that a link asks again after is not forgotten when it is refused then", async () => {
  const clock = manualClock();
  const again = [overrides({ unknown: { retry: true } }), retry({ clock })];
  const a = scripted("A", fail("unknown"), fail("refused"));
  const b = scripted("B", accept());
  const chain = createChain([makeLink(a, again, clock), b], { policies: [], clock });
  expect(await clock.until(chain.send(sampleInput()))).toMatchObject({ status: "unknown" });
  expect(b.calls).toEqual([]);
});

test("an unknown that a link asks again after may be a second copy when it is accepted then", async () => {
  const clock = manualClock();
  const again = [overrides({ unknown: { retry: true } }), retry({ clock })];
  const a = scripted("A", fail("unknown"), accept());
  const chain = createChain([makeLink(a, again, clock)], { policies: [], clock });
  expect(await clock.until(chain.send(sampleInput()))).toMatchObject({
    success: true,
    possibleDuplicate: true,
    failures: [{ provider: "A", kind: "unknown" }],
  });
});

test("a provider that looks like a chain and is none is held to the law like any other", async () => {
  const clock = manualClock();
  const journal: string[] = [];
  const odd = { ...scripted("ODD", hangHandedOver()), links: [] };
  const chain = createChain([makeLink(odd, [], clock)], { policies: [], clock, deadlineMs: 1_000 });
  const delivery = await clock.until(
    chain.send(sampleInput(), {
      journal: {
        open: async () => void journal.push("open"),
        handOver: async () => void journal.push("handOver"),
        close: async (_, outcome) => void journal.push(`close ${outcome.success || outcome.kind}`),
      },
    }),
  );
  expect(delivery).toMatchObject({ status: "unknown", attempts: [{ n: 1, provider: "ODD" }] });
  expect(journal).toEqual(["open", "handOver", "close unknown"]);
});

test("one that passes the message on and then sends it itself makes both attempts", async () => {
  const clock = manualClock();
  const inner = createChain([scripted("A", fail("refused"))], { id: "inner", policies: [], clock });
  const own = scripted("OWN", accept());
  const both: Provider = {
    id: "OWN",
    async send(message, context) {
      const outcome = await provider(inner).send(message, context);
      return outcome.success ? outcome : own.send(message, context);
    },
  };
  const journal: string[] = [];
  const chain = createChain([makeLink(both, [], clock)], { policies: [], clock });
  const delivery = await clock.until(
    chain.send(sampleInput(), {
      journal: {
        open: async ({ provider: id, n }) => void journal.push(`open ${id} ${n}`),
        handOver: async ({ provider: id }) => void journal.push(`handOver ${id}`),
      },
    }),
  );
  expect(delivery.attempts.map(({ n, provider: id }) => `${n} ${id}`)).toEqual(["1 A", "2 OWN"]);
  expect(delivery).toMatchObject({ success: true, provider: "OWN" });
  expect(journal).toEqual(["open OWN 1", "open A 1", "open OWN 2", "handOver OWN"]);
});
