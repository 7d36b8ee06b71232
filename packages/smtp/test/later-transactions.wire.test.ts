import type { SmtpServerOptions } from "@relais/conformance";
import { describe, expect, test } from "vitest";
import { kinds, limited, people, sendTo, setup, sizes } from "./recipients.ts";
import { mail, sendContext } from "./send-context.ts";

describe("a later transaction", () => {
  const second = (action: object, step: "mail" | "rcpt" | "data" | "dot" | "body"): SmtpServerOptions => {
    const taken = new Map<number, number>();
    let mails = 0;
    const at = { [step]: () => (mails === 2 ? action : undefined) };
    return {
      script: {
        ...at,
        mail: ({ session }) => {
          mails += 1;
          taken.set(session.number, 0);
          return step === "mail" && mails === 2 ? (action as never) : undefined;
        },
        rcpt: ({ session }) => {
          const now = (taken.get(session.number) ?? 0) + 1;
          taken.set(session.number, now);
          if (step === "rcpt" && mails === 2) return action as never;
          return now > 2 ? { reply: "452 4.5.3 too many recipients" } : undefined;
        },
      },
    };
  };
  const [a, b, c, d, e, f] = people(6) as [string, string, string, string, string, string];

  test("without an answer leaves its own recipients unknown, those before accepted, those behind transient", async () => {
    const { server, provider } = await setup(second({ drop: true }, "dot"));
    const { outcome, context } = await sendTo(provider, people(6));
    expect(outcome.success && outcome.accepted).toEqual([a, b]);
    expect(kinds(outcome)).toEqual({ [c]: "unknown", [d]: "unknown", [e]: "transient", [f]: "transient" });
    expect(context.handOvers).toBe(1);
    expect(sizes(server)).toEqual([2, 2]);
  });

  test.for([
    ["451 at the dot", "dot", { reply: "451 4.3.0 later" }, "transient"],
    ["554 at the dot", "dot", { reply: "554 5.7.1 spam" }, "refused"],
    ["451 at MAIL", "mail", { reply: "451 4.3.0 later" }, "transient"],
    ["a full quota at MAIL", "mail", { reply: "550 5.4.5 Daily sending quota exceeded" }, "throttled"],
    ["554 at DATA", "data", { reply: "554 5.6.0 no" }, "refused"],
    ["a lost connection in the body", "body", { drop: true }, "transient"],
  ] as const)(
    "that comes to %s leaves what was accepted, and the rest to others",
    async ([, step, action, kind]) => {
      const { server, provider } = await setup(second(action, step));
      const { outcome } = await sendTo(provider, people(6));
      expect(outcome.success && outcome.accepted).toEqual([a, b]);
      const found = kinds(outcome);
      // What was on its way when the connection was lost may or may not be there.
      const those = step === "body" ? ["transient", "unknown"] : [kind];
      for (const one of [c, d]) expect(those).toContain(found[one]);
      for (const one of [e, f]) expect(found[one]).toBe(kind);
      expect(server.accepted.filter(({ to }) => to.includes(a))).toHaveLength(1);
    },
  );

  test("whose connection is closed before it begins gets a fresh one", async () => {
    const { server, provider } = await setup(second({ reply: "421 4.3.2 closing", next: "drop" }, "mail"));
    const { outcome } = await sendTo(provider, people(6));
    expect(outcome.success && outcome.accepted).toEqual(people(6));
    expect(server.connections).toBe(2);
  });

  test("whose connection is closed before each of them gets a fresh one each time", async () => {
    const taken = new Map<number, number>();
    const { server, provider } = await setup({
      script: {
        mail: ({ session }) => {
          if (taken.has(session.number)) return { reply: "421 4.3.2 one mail is enough", next: "drop" };
          taken.set(session.number, 0);
          return undefined;
        },
        rcpt: ({ session }) => {
          const now = (taken.get(session.number) ?? 0) + 1;
          taken.set(session.number, now);
          return now > 2 ? { reply: "452 4.5.3 too many recipients" } : undefined;
        },
      },
    });
    const { outcome } = await sendTo(provider, people(9));
    expect(outcome.success && outcome.accepted).toEqual(people(9));
    expect(server.connections).toBe(5);
  });

  test("that is aborted leaves a receipt for those before", async () => {
    const stop = new AbortController();
    const { server, provider } = await setup(second({ delayMs: 60_000 }, "dot"));
    const message = await mail({ to: people(6) });
    const sent = provider.send(message, sendContext(message, { signal: stop.signal }));
    while (server.accepted.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    const outcome = await sent;
    expect(outcome.success && outcome.accepted).toEqual([a, b]);
    expect(kinds(outcome)).toEqual({ [c]: "unknown", [d]: "unknown", [e]: "transient", [f]: "transient" });
  });

  test("does not come where the hand-over is declined", async () => {
    const { server, provider } = await setup(limited(2, "452 4.5.3 too many recipients"));
    const { outcome } = await sendTo(provider, people(6), {
      handOver: () => Promise.reject(new Error("no")),
    });
    expect(outcome).toMatchObject({ success: false, kind: "cancelled" });
    expect(outcome.rejected).toBeUndefined();
    expect(server.accepted).toEqual([]);
  });
});
