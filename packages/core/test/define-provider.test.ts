import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createChain } from "../src/index.ts";
import {
  createMessage,
  defineProvider,
  type FailureKind,
  failureKinds,
  type ProviderDefinition,
  type SendContext,
  SendFailure,
} from "../src/spi.ts";

const message = await createMessage({
  from: "a@example.org",
  to: ["b@example.net", "c@example.net"],
  subject: "Hello",
  text: "Hello",
});
const { to } = message.envelope;
const secret = "s3cr3t-key-42";

function context(over: Partial<SendContext> = {}): SendContext & { handedOver: () => boolean } {
  let handedOver = false;
  return {
    envelope: message.envelope,
    signal: new AbortController().signal,
    handOver: async () => {
      handedOver = true;
    },
    handedOver: () => handedOver,
    ...over,
  };
}

const providerWith = (parts: Partial<ProviderDefinition<unknown>>) =>
  defineProvider<unknown>({
    id: "TEST",
    secrets: [secret],
    send: async () => ({ messageId: "m-1" }),
    ...parts,
  });

/** What a function of an author may do. */
const thrown = fc.oneof(
  fc.constant(new TypeError(`fetch failed with ${secret}`)),
  fc.constant("a text"),
  fc.constant(undefined),
  fc
    .constantFrom("ECONNREFUSED", "ENOTFOUND", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET")
    .map((code) => Object.assign(new TypeError("fetch failed"), { cause: { code } })),
  fc
    .record({ kind: fc.constantFrom(...failureKinds), definite: fc.constantFrom(true as const, undefined) })
    .map(({ kind, definite }) => new SendFailure(kind, `no: ${secret}`, { definite })),
);
const answer = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, {}, { messageId: "" }, { messageId: 5 }, { messageId: "m-1" }),
  fc.subarray([...to, "nobody@example.net"]).map((list) => ({
    messageId: "m-1",
    rejected: list.map((address) => ({ address, kind: "rejected" as FailureKind, reason: `no ${secret}` })),
  })),
);

describe("whatever the functions of an author do", () => {
  const behaviour = fc.record({
    connects: fc.option(
      fc.oneof(
        fc.constant("well"),
        thrown.map((error) => ({ error })),
      ),
    ),
    sends: fc.oneof(
      answer.map((value) => ({ value })),
      thrown.map((error) => ({ error })),
    ),
    refuses: fc.boolean(),
  });

  test("send resolves by the rules of the hand-over, without a secret", async () => {
    await fc.assert(
      fc.asyncProperty(behaviour, async ({ connects, sends, refuses }) => {
        const provider = providerWith({
          ...(connects !== null && {
            connect: async () => {
              if (typeof connects !== "string") throw connects.error;
              return "connection";
            },
          }),
          send: async () => {
            if ("error" in sends) throw sends.error;
            return sends.value as { messageId: string };
          },
        });
        const over = refuses ? { handOver: () => Promise.reject(new Error("over")) } : {};
        const given = context(over);
        const outcome = await provider.send(message, given);
        expect(JSON.stringify(outcome)).not.toContain(secret);
        expect(outcome.provider).toBe("TEST");
        if (outcome.success) {
          expect(outcome.messageId).toBe("m-1");
          expect(outcome.accepted.length).toBeGreaterThan(0);
          return;
        }
        if (typeof connects === "object" && connects !== null) {
          const { error } = connects;
          expect(given.handedOver()).toBe(false);
          expect(outcome.kind).toBe(error instanceof SendFailure ? error.kind : "transient");
          return;
        }
        if (refuses) {
          expect(outcome.kind).toBe("cancelled");
          return;
        }
        // It was handed over: only a definite word, or a connection that never was, says that nobody has it.
        if (["cancelled", "skipped"].includes(outcome.kind)) expect.unreachable();
        if (outcome.kind === "transient") expect(outcome.definite).toBe(true);
        if ("error" in sends && !(sends.error instanceof SendFailure) && outcome.kind !== "unknown") {
          expect(["ECONNREFUSED", "ENOTFOUND"]).toContain(outcome.code);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a chain sends to everybody once, or says why not", async () => {
    await fc.assert(
      fc.asyncProperty(behaviour, async ({ sends }) => {
        let calls = 0;
        const first = providerWith({
          id: "FIRST",
          send: async () => {
            if ("error" in sends) throw sends.error;
            return sends.value as { messageId: string };
          },
        });
        const second = providerWith({
          id: "SECOND",
          send: async (_message, { envelope }) => {
            calls += 1;
            expect(envelope.to.length).toBeGreaterThan(0);
            return { messageId: "m-2" };
          },
        });
        const chain = createChain([first, second], { policies: [], deadlineMs: 2_000 });
        const delivery = await chain.send(message);
        if (!delivery.success && delivery.status === "unknown") expect(calls).toBe(0);
        expect(new Set(delivery.accepted).size).toBe(delivery.accepted.length);
        await chain.close();
      }),
      { numRuns: 200 },
    );
  });
});

test("the connection goes from connect to send", async () => {
  const provider = defineProvider({
    id: "TEST",
    connect: async () => ({ token: 7 }),
    send: async (_message, { connection }) => ({ messageId: `m-${connection.token}` }),
  });
  expect(await provider.send(message, context())).toMatchObject({
    success: true,
    messageId: "m-7",
    accepted: to,
  });
});

test("an author who does not listen to the signal is not waited for", async () => {
  for (const [parts, kind] of [
    [{ connect: () => new Promise(() => undefined) }, "cancelled"],
    [{ send: () => new Promise<never>(() => undefined) }, "unknown"],
  ] as const) {
    const caller = new AbortController();
    const sent = providerWith(parts).send(message, context({ signal: caller.signal }));
    setTimeout(() => caller.abort(), 10);
    expect(await sent).toMatchObject({ kind });
  }
});

test("what is over a limit is refused without a call, whether the limits are fixed or asked for", async () => {
  let calls = 0;
  const send = async () => {
    calls += 1;
    return { messageId: "m-1" };
  };
  for (const limits of [{ maxRecipients: 1 }, () => ({ maxRecipients: 1 })]) {
    const provider = providerWith({ limits, send });
    expect(provider.limits).toEqual({ maxRecipients: 1 });
    expect(await provider.send(message, context())).toMatchObject({ kind: "refused", code: "over-limit" });
  }
  expect(calls).toBe(0);
});

test("close waits for what is under way, closes once, and later sends are skipped", async () => {
  const done: string[] = [];
  let finish: () => void = () => undefined;
  const provider = providerWith({
    send: async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      done.push("sent");
      return { messageId: "m-1" };
    },
    verify: async () => ({ reason: `well, ${secret}` }),
    close: () => void done.push("closed"),
  });
  expect(await provider.verify?.()).toEqual({ provider: "TEST", ok: true, reason: "well, [redacted]" });
  const sent = provider.send(message, context());
  while (String(finish).includes("undefined")) await new Promise((resolve) => setImmediate(resolve));
  const closed = Promise.all([provider.close?.(), provider.close?.()]);
  finish();
  await closed;
  expect(done).toEqual(["sent", "closed"]);
  expect(await sent).toMatchObject({ success: true });
  expect(await provider.send(message, context())).toMatchObject({ kind: "skipped", code: "closed" });
  expect(await provider.verify?.()).toMatchObject({ ok: false, failure: { kind: "skipped" } });
});

test.each(["", "a b", "x".repeat(65)])("%j is no id", (id) => {
  expect(() => defineProvider({ id, send: async () => ({ messageId: "m" }) })).toThrow(/defineProvider: id/);
});
