import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import type { MessageInput } from "../src/message/create-message.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleInput, sampleMessage } from "./sample-message.ts";
import { accept, fail, hang, scripted } from "./scripted-provider.ts";

describe("at the door", () => {
  test("a message that may not go out is rejected without asking anybody", async () => {
    const a = scripted("A", accept());
    const delivery = await createChain([a]).send({ ...sampleInput(), subject: "a\r\nBcc: eve@example.org" });
    expect(delivery).toMatchObject({
      success: false,
      status: "failed",
      kind: "rejected",
      id: "",
      error: "message: subject: contains a line break that would begin another header",
      failures: [{ provider: "message", kind: "rejected" }],
      attempts: [],
      accepted: [],
      rejected: [],
    });
    expect(a.calls).toEqual([]);
  });

  test("a message that cannot be read is rejected, without its words", async () => {
    const trap = {
      ...sampleInput(),
      get text(): string {
        throw new Error("password=hunter2");
      },
    };
    expect(await createChain([scripted("A")]).send(trap)).toMatchObject({
      kind: "rejected",
      error: "message: message: could not be read",
    });
  });

  test("a stream that never ends is given up with the delivery", async () => {
    const clock = manualClock();
    const endless = {
      async *[Symbol.asyncIterator]() {
        await new Promise(() => undefined);
        yield "";
      },
    };
    const delivery = createChain([scripted("A")], { clock, deadlineMs: 1_000 }).send(
      sampleInput({ attachments: [{ content: endless }] }),
    );
    expect(await clock.until(delivery)).toMatchObject({
      kind: "cancelled",
      error: "message: given up while the message was being read",
    });
  });

  test("the chain's own sender and limits hold", async () => {
    const chain = createChain([scripted("A")], { from: "shop@example.com", limits: { maxRecipients: 1 } });
    expect(await chain.send({ to: "a@b.org", text: "x" })).toMatchObject({ success: true });
    expect(await chain.send({ to: "a@b.org, c@d.org" })).toMatchObject({
      error: "message: to: has 2 recipients; at most 1 are allowed",
    });
  });
});

test("a message that is made already goes out as it is, and keeps its id", async () => {
  const message = await sampleMessage({ id: "m-7" });
  let seen: unknown;
  const a = scripted("A", async (...args) => {
    seen = args[2];
    return accept()(...args);
  });
  expect(await createChain([a]).send(message)).toMatchObject({ success: true, id: "m-7" });
  expect(seen).toBe(message);
});

test("a bare provider needs no link", async () => {
  const delivery = await createChain([scripted("A", fail("transient")), scripted("B")]).send(sampleInput());
  expect(delivery).toMatchObject({ success: true, provider: "B" });
});

describe("a caller who gives up", () => {
  test("before it begins gets cancelled, and nobody is asked", async () => {
    const a = scripted("A");
    const delivery = await createChain([a]).send(await sampleMessage(), { signal: AbortSignal.abort() });
    expect(delivery).toMatchObject({ status: "failed", kind: "cancelled", attempts: [] });
    expect(a.calls).toEqual([]);
  });

  test("while a provider is busy gets cancelled, and the next one is not asked", async () => {
    const clock = manualClock();
    const b = scripted("B");
    const controller = new AbortController();
    const delivery = createChain([scripted("A", hang()), b], { clock }).send(sampleInput(), {
      signal: controller.signal,
    });
    await clock.advance(100);
    controller.abort();
    expect(await clock.until(delivery)).toMatchObject({
      kind: "cancelled",
      error: "A: given up by the caller",
    });
    expect(b.calls).toEqual([]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});

test.each([accept(), fail("transient"), fail("unknown"), hang()])(
  "no timer and no listener is left behind (%#)",
  async (step) => {
    const clock = manualClock();
    const { signal } = new AbortController();
    await clock.until(
      createChain([scripted("A", step), scripted("B", step)], { clock }).send(sampleInput(), { signal }),
    );
    expect(clock.pending).toBe(0);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  },
);

test("out of time is said so", async () => {
  const clock = manualClock();
  const began = clock.now();
  const delivery = await clock.until(
    createChain([scripted("A", hang())], { clock, deadlineMs: 5_000 }).send(sampleInput()),
  );
  expect(delivery).toMatchObject({ kind: "cancelled", error: "A: out of time" });
  expect(clock.now() - began).toBeLessThan(5_050);
});

describe("closing", () => {
  test("lets deliveries under way end, takes nothing new, and closes every provider once", async () => {
    const clock = manualClock();
    const closed: string[] = [];
    const release = Promise.withResolvers<void>();
    const slow = scripted("A", async (...args) => {
      await release.promise;
      return accept()(...args);
    });
    const close = (id: string, how: () => Promise<void>) => ({
      close: () => {
        closed.push(id);
        return how();
      },
    });
    const chain = createChain(
      [
        { ...slow, ...close("A", () => Promise.reject(new Error("boom"))) },
        { ...scripted("B"), ...close("B", async () => undefined) },
      ],
      { clock },
    );
    const underWay = chain.send(sampleInput());
    await clock.advance(0);
    const closing = [chain.close(), chain.close()];
    await clock.advance(0);
    expect(closed).toEqual([]);
    expect(await clock.until(chain.send(sampleInput()))).toMatchObject({
      kind: "cancelled",
      error: "message: the chain is closed",
    });
    release.resolve();
    expect(await clock.until(underWay)).toMatchObject({ success: true });
    await Promise.all(closing);
    expect(closed).toEqual(["A", "B"]);
    await chain.close();
    expect(closed).toEqual(["A", "B"]);
  });
});

describe("verify", () => {
  test("asks every provider and is ok if one would take mail", async () => {
    const chain = createChain([
      { ...scripted("A"), verify: async () => ({ provider: "A", ok: false, reason: "login refused" }) },
      { ...scripted("B"), verify: async () => ({ provider: "B", ok: true }) },
      scripted("C"),
    ]);
    expect(await chain.verify()).toMatchObject({
      provider: "chain",
      ok: true,
      reason: "A: login refused | B: ok | C: cannot be verified without sending",
      providers: [{ provider: "A" }, { provider: "B" }, { provider: "C" }],
    });
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("hunter2");
      },
    ],
    ["rejects", () => Promise.reject(new Error("hunter2"))],
    ["answers nothing", () => Promise.resolve(undefined as never)],
  ])("survives a provider whose verify %s", async (_how, verify) => {
    const health = await createChain([{ ...scripted("A"), verify }]).verify();
    expect(health).toMatchObject({ ok: false, providers: [{ provider: "A", ok: false }] });
    expect(JSON.stringify(health)).not.toContain("hunter2");
  });
});

describe("send never rejects", () => {
  const shapes = fc.oneof(
    fc.anything(),
    fc.record({ from: fc.anything(), to: fc.anything(), subject: fc.anything() }),
    fc.dictionary(
      fc.constantFrom(
        "from",
        "to",
        "cc",
        "text",
        "html",
        "headers",
        "attachments",
        "envelope",
        "tags",
        "id",
        "date",
      ),
      fc.anything(),
    ),
  );

  test("whatever message it is given", async () => {
    const chain = createChain([scripted("A")]);
    await fc.assert(
      fc.asyncProperty(shapes, async (input) => {
        const delivery = await chain.send(input as MessageInput);
        expect(delivery.success ? "success" : delivery.kind).toMatch(/^(success|rejected)$/);
      }),
      { numRuns: 3_000 },
    );
  });

  test("whatever options it is given", async () => {
    const chain = createChain([scripted("A")]);
    const message = await sampleMessage();
    const options = fc.oneof(
      fc.anything(),
      fc.dictionary(fc.constantFrom("signal", "journal", "envelope", "handOver", "scope"), fc.anything()),
    );
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        expect(await chain.send(message, given as object)).toHaveProperty("success");
      }),
      { numRuns: 1_000 },
    );
  });
});
