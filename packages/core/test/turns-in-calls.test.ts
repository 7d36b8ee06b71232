import { createChain, type Delivery, link, retry, timeout } from "@relais/core";
import { failure, type Outcome, type Provider, receipt, type SendContext } from "@relais/core/spi";
import { describe, expect, test } from "vitest";

// A call that lets others go first, where more than one thing is under way within it or around it.

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const mail = (...to: string[]) => ({ from: "s@relais.test", to, subject: "s", text: "t" });
const ann = "a@relais.test";
const bob = "b@relais.test";
const cleo = "c@relais.test";

const fails = (
  provider: string,
  kind: "transient" | "deferred" | "throttled" | "refused",
  retryAfterMs?: number,
) => failure({ provider, kind, reason: "busy", ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

/** What each provider took, by recipient. */
function taking(got: string[]) {
  return async (id: string, context: SendContext, accepted = context.envelope.to): Promise<Outcome> => {
    await context.handOver();
    for (const one of accepted) got.push(`${id}:${one[0]}`);
    const rejected = context.envelope.to
      .filter((one) => !accepted.includes(one))
      .map((address) => ({ address, failure: fails(id, "transient") }));
    return receipt({ provider: id, messageId: "<m@x>", accepted, rejected });
  };
}

const slow = (id: string, ms: number): Provider => ({
  id,
  async send() {
    await pause(ms);
    return fails(id, "transient");
  },
});

describe("nobody gets the mail twice", () => {
  test("by a retry around a nested chain, whose second call is for the rest alone", async () => {
    const got: string[] = [];
    const take = taking(got);
    let n = 0;
    const p: Provider = {
      id: "p",
      send: async (_message, context) =>
        ++n === 1 ? take("p", context, [ann]) : fails("p", "deferred", 500),
    };
    const backup: Provider = { id: "backup", send: (_message, context) => take("backup", context) };
    const inner = createChain([link(p)], { id: "inner" });
    const chain = createChain([link(inner, retry()), link(backup)]);
    const delivery = await chain.send(mail(ann, bob));
    await chain.close();
    expect([delivery.status, got.sort()]).toEqual(["sent", ["backup:b", "p:a"]]);
  });

  /** A provider that sends to one recipient after the other, by a link of its own. */
  const splitting = (got: string[]): Provider => {
    const take = taking(got);
    const inner = link(
      {
        id: "inner",
        async send(_message, context) {
          if (context.envelope.to[0] !== bob) return take("inner", context);
          await pause(150);
          return fails("inner", "transient");
        },
      },
      retry(),
    );
    return {
      id: "splitting",
      async send(message, context) {
        const accepted: string[] = [];
        const rejected: { address: string; failure: ReturnType<typeof fails> }[] = [];
        for (const one of context.envelope.to) {
          const envelope = { from: context.envelope.from, to: [one] };
          const answer = await inner.send(message, {
            ...context,
            handOver: () => context.handOver(),
            envelope,
          });
          if (answer.success) accepted.push(one);
          else rejected.push({ address: one, failure: answer as ReturnType<typeof fails> });
        }
        if (accepted.length === 0) return rejected[0]?.failure as ReturnType<typeof fails>;
        return receipt({ provider: "splitting", messageId: "<m@x>", accepted, rejected });
      },
    };
  };

  test("by a provider that splits its recipients", async () => {
    const got: string[] = [];
    const take = taking(got);
    const backup: Provider = { id: "backup", send: (_message, context) => take("backup", context) };
    const chain = createChain([splitting(got), backup]);
    const delivery = await chain.send(mail(ann, bob, cleo));
    await chain.close();
    expect([delivery.status, got.sort()]).toEqual(["sent", ["backup:b", "inner:a", "inner:c"]]);
  });

  test("and whom a splitting provider had not come to is tried there", async () => {
    const got: string[] = [];
    const backup: Provider = { id: "backup", send: async () => fails("backup", "refused") };
    const chain = createChain([splitting(got), backup]);
    const delivery = await chain.send(mail(bob, cleo));
    await chain.close();
    expect([delivery.status, got]).toEqual(["partial", ["inner:c"]]);
  });
});

async function timed(send: Promise<Delivery>): Promise<readonly [Delivery, number]> {
  const began = performance.now();
  return [await send, performance.now() - began];
}

test("a call that is given up while others outside are asked ends, and so does its chain", async () => {
  const a = link(slow("a", 150), retry({ baseMs: 50 }));
  const inner = createChain([a, link(slow("a2", 1), retry({ baseMs: 50 }))], { id: "inner" });
  const stop = new AbortController();
  const middle: Provider = {
    id: "middle",
    send: (message, context) =>
      inner.send(message, { ...context, signal: AbortSignal.any([context.signal, stop.signal]) }) as never,
  };
  const outer = createChain([middle, link(slow("b", 600), retry({ attempts: 1 }))], {
    id: "outer",
    deadlineMs: 8_000,
    policies: [],
  });
  setTimeout(() => stop.abort(), 300);
  const [delivery, ms] = await timed(outer.send(mail(ann)));
  expect(delivery.success).toBe(false);
  expect(ms).toBeLessThan(5_000);
  await outer.close();
  await inner.close();
}, 20_000);

test("chains within chains with time-outs between them end before the deadline, and close", async () => {
  const inner = createChain([link(slow("a", 150), retry({ baseMs: 50 }))], { id: "inner" });
  const middle = createChain([link(inner, timeout({ ms: 300 }))], { id: "middle" });
  const outer = createChain([middle, link(slow("b", 600), retry({ attempts: 1 }))], {
    id: "outer",
    deadlineMs: 10_000,
  });
  const [delivery, ms] = await timed(outer.send(mail(ann)));
  expect(delivery.status).toBe("failed");
  expect(ms).toBeLessThan(8_000);
  await outer.close();
}, 20_000);

test("the time of others is not counted against a call that has a time-out of its own", async () => {
  const seen = new Set<string>();
  const take = taking([]);
  const real = link(
    {
      id: "real",
      async send({ id }, context) {
        if (seen.has(id)) return take("real", context);
        seen.add(id);
        await pause(120);
        return fails("real", "transient");
      },
    },
    retry({ baseMs: 20 }),
  );
  const wrapper: Provider = { id: "wrapper", send: (message, context) => real.send(message, context) };
  const chain = createChain([wrapper, slow("slow", 280)], {
    policies: [timeout({ ms: 300 })],
    deadlineMs: 5_000,
  });
  const delivery = await chain.send(mail(ann));
  await chain.close();
  expect(delivery.status).toBe("sent");
});

test("a busy provider that has become ready while another one was asked is asked", async () => {
  const take = taking([]);
  const busy = (id: string, first: number, takes: number, then: boolean): Provider => {
    let n = 0;
    return {
      id,
      async send(_message, context) {
        if (n++ === 0) return fails(id, "throttled", first);
        await pause(takes);
        return then ? take(id, context) : fails(id, "throttled", 5_000);
      },
    };
  };
  const chain = createChain([link(busy("a", 300, 300, false)), link(busy("b", 400, 0, true))]);
  const delivery = await chain.send(mail(ann));
  await chain.close();
  expect([delivery.status, delivery.attempts.map(({ provider }) => provider)]).toEqual([
    "sent",
    ["a", "b", "a", "b"],
  ]);
});

test("a single provider that fails first and then takes it leaves no failure", async () => {
  const take = taking([]);
  let n = 0;
  const chain = createChain([
    link(
      { id: "p", send: async (_m, context) => (n++ === 0 ? fails("p", "transient") : take("p", context)) },
      retry({ baseMs: 1 }),
    ),
  ]);
  const delivery = await chain.send(mail(ann));
  await chain.close();
  expect([delivery.status, delivery.failures]).toEqual(["sent", []]);
});
