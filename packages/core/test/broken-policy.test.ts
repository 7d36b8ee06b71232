import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { link } from "../src/chain/link.ts";
import type { Journal } from "../src/events/journal.ts";
import type { Message } from "../src/message/message.ts";
import type { Policy } from "../src/policies/policy.ts";
import { retry } from "../src/policies/retry.ts";
import type { Send, SendContext } from "../src/provider/provider.ts";
import { ann, bob, sampleInput } from "./sample-message.ts";
import { accept, part, scripted } from "./scripted-provider.ts";

describe("a policy that throws", () => {
  const throwing =
    (when: "before" | "after") => (next: Send) => async (message: Message, context: SendContext) => {
      if (when === "after") await next(message, context);
      throw new Error("a fault of the policy");
    };

  test("before it asked the provider leaves the message to the next one", async () => {
    const chain = createChain([link(scripted("A"), throwing("before")), scripted("B")]);
    expect(await chain.send(sampleInput())).toMatchObject({
      success: true,
      provider: "B",
      failures: [{ kind: "transient" }],
    });
  });

  test("after it asked loses nothing: what the provider said stands", async () => {
    const b = scripted("B");
    const chain = createChain([link(scripted("A"), throwing("after")), b]);
    expect(await chain.send(sampleInput())).toMatchObject({ success: true, provider: "A" });
    expect(b.calls).toEqual([]);
  });

  test("at once, without a promise, is caught, too", async () => {
    const broken = () => () => {
      throw new Error("at once");
    };
    const chain = createChain([link(scripted("A"), broken), scripted("B")]);
    expect(await chain.send(sampleInput())).toMatchObject({ success: true, provider: "B" });
  });
});

describe("a policy that hands on a context of its own", () => {
  /** Contexts as policies make them: each says the same as the one that it was given. */
  const forms: readonly [string, (context: SendContext) => SendContext][] = [
    ["a copy", (context) => ({ ...context })],
    ["one that inherits", (context) => Object.create(context, { signal: { value: context.signal } })],
    [
      "a class with getters",
      (context) =>
        new (class {
          get envelope() {
            return context.envelope;
          }
          get signal() {
            return context.signal;
          }
          get scope() {
            return context.scope;
          }
          handOver() {
            return context.handOver();
          }
        })(),
    ],
    ["a proxy", (context) => new Proxy(context, {})],
  ];

  test.each(forms)(
    "%s: who was left over is tried again, and every attempt is written down",
    async (_, form) => {
      const opened: number[] = [];
      const journal: Journal = { open: async ({ n }) => void opened.push(n) };
      const provider = scripted("A", part({ [bob]: "transient" }), accept());
      const own: Policy = (next) => (message, context) => next(message, form(context));
      const chain = createChain([link(provider, own, retry({ baseMs: 1, random: () => 0 }))], { journal });
      const delivery = await chain.send(sampleInput({ to: [ann, bob] }));
      expect(delivery).toMatchObject({ status: "sent", accepted: [ann, bob] });
      expect(delivery.attempts.map(({ n }) => n)).toEqual([1, 2]);
      expect(opened).toEqual([1, 2]);
    },
  );

  test("with a copy of the scope: nothing is sent past the journal", async () => {
    const opened: number[] = [];
    const journal: Journal = { open: async ({ n }) => void opened.push(n) };
    const first = scripted("A");
    const copied: Policy = (next) => (message, context) => {
      const scope = context.scope && { ...context.scope };
      return next(message, { ...context, scope });
    };
    const chain = createChain([link(first, copied), scripted("B")], { journal });
    const delivery = await chain.send(sampleInput());
    expect(first.calls).toEqual([]);
    expect(delivery).toMatchObject({ status: "sent", provider: "B" });
    expect(opened).toHaveLength(1);
  });
});
