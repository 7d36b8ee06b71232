import { smtpServer } from "@relais/conformance";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kinds, limited, people, sendTo, setup, sizes } from "./recipients.ts";

describe("recipients too many for one transaction", () => {
  test.for([
    "452 4.5.3 Error: too many recipients",
    "452 Too many recipients",
    "452 4.5.3 Your message has too many recipients",
    "451 4.5.3 Recipient limit exceeded",
    "450 4.5.3 Maximum number of recipients exceeded",
    "552 Too many recipients",
    "552 5.5.3 Maximum limit of 100 recipients reached",
    "550 5.5.3 too many rcpts",
  ])("go in further ones, with one hand-over: %s", async (reply) => {
    const { server, provider } = await setup(limited(100, reply));
    const { outcome, context, message } = await sendTo(provider, people(250));
    expect(outcome).toMatchObject({ success: true, messageId: message.messageId, rejected: [] });
    expect(outcome.success && outcome.accepted).toEqual(people(250));
    expect(sizes(server)).toEqual([100, 100, 50]);
    expect(server.accepted.flatMap(({ to }) => to)).toEqual(people(250));
    expect(new Set(server.accepted.map(({ data }) => data.toString())).size).toBe(1);
    expect(context.handOvers).toBe(1);
    expect(server.connections).toBe(1);
    expect(outcome.success && outcome.response?.split(" | ")).toHaveLength(3);
  });

  test("any number over any limit reaches every recipient once, also without PIPELINING", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        async (count, most, pipelining) => {
          const server = await smtpServer({ ...limited(most, "452 4.5.3 too many recipients"), pipelining });
          const provider = smtp({ host: server.host, port: server.port });
          const { outcome } = await sendTo(provider, people(count));
          await provider.close?.();
          await server.close();
          expect(outcome.success && outcome.accepted.length).toBe(count);
          expect(server.accepted.flatMap(({ to }) => to)).toEqual(people(count));
          expect(server.accepted).toHaveLength(Math.ceil(count / most));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("are not asked for again by the next message: the number is known", async () => {
    const { server, provider } = await setup(limited(10, "452 4.5.3 too many recipients"));
    await sendTo(provider, people(12));
    const before = server.sessions.flatMap(({ commands }) => commands).length;
    const { outcome } = await sendTo(provider, people(25));
    expect(outcome.success).toBe(true);
    const commands = server.sessions.flatMap((session) => session.commands).slice(before);
    expect(commands.filter((line) => line.startsWith("RCPT"))).toHaveLength(25);
    expect(sizes(server).slice(2)).toEqual([10, 10, 5]);
  });

  test("are as many as LIMITS says from the start (RFC 9422), and messages over a connection too", async () => {
    const { server, provider } = await setup({ limits: "RCPTMAX=4 MAILMAX=2" });
    const { outcome } = await sendTo(provider, people(14));
    expect(outcome.success && outcome.accepted.length).toBe(14);
    expect(sizes(server)).toEqual([4, 4, 4, 2]);
    expect(server.accepted.map(({ session }) => session)).toEqual([1, 1, 2, 2]);
  });

  test("each keep a reason of their own", async () => {
    const { server, provider } = await setup({
      script: {
        rcpt: ({ address = "", server: { accepted } }) => {
          if (address.startsWith("u1@")) return { reply: "550 5.1.1 no such user" };
          const round = accepted.length;
          return Number(/\d+/.exec(address)?.[0]) > round * 3 + 3
            ? { reply: "452 4.5.3 too many" }
            : undefined;
        },
      },
    });
    const { outcome } = await sendTo(provider, people(8));
    expect(outcome.success).toBe(true);
    expect(kinds(outcome)).toEqual({ "u1@relais.test": "rejected" });
    expect(server.accepted.flatMap(({ to }) => to)).toEqual(
      people(8).filter((one) => !one.startsWith("u1@")),
    );
  });

  test("is transient, once, where not one is taken", async () => {
    const { server, provider } = await setup(limited(0, "452 4.5.3 too many recipients"));
    const { outcome } = await sendTo(provider, people(3));
    expect(outcome).toMatchObject({ success: false, kind: "transient", code: "452 4.5.3" });
    const mails = server.sessions.flatMap(({ commands }) => commands).filter((line) => /^MAIL/.test(line));
    expect(mails).toHaveLength(1);
  });

  test("are found out also where the server closes after many refusals", async () => {
    let rcpts = 0;
    const { server, provider } = await setup({
      script: {
        mail: () => {
          rcpts = 0;
          return undefined;
        },
        rcpt: () => {
          rcpts += 1;
          if (rcpts > 8) return { reply: "421 4.7.0 Error: too many errors", next: "drop" };
          return rcpts > 5 ? { reply: "452 4.5.3 too many recipients" } : undefined;
        },
      },
    });
    const { outcome } = await sendTo(provider, people(12));
    expect(outcome.success && outcome.accepted.length).toBe(12);
    expect(sizes(server)).toEqual([5, 5, 2]);
  });

  test.for(["data", "dot"] as const)("refused only at %s, are halved until they go", async (step) => {
    const count = new Map<number, number>();
    const { server, provider } = await setup({
      script: {
        mail: ({ session }) => void count.set(session.number, 0),
        rcpt: ({ session }) => void count.set(session.number, (count.get(session.number) ?? 0) + 1),
        [step]: ({ session }: { session: { number: number } }) =>
          (count.get(session.number) ?? 0) > 6 ? { reply: "554 5.5.3 Too many recipients" } : undefined,
      },
    });
    const { outcome, context } = await sendTo(provider, people(20));
    expect(outcome.success && outcome.accepted).toEqual(people(20));
    expect(server.accepted.flatMap(({ to }) => to)).toEqual(people(20));
    expect(Math.max(...sizes(server))).toBeLessThanOrEqual(6);
    expect(context.handOvers).toBe(1);
  });
});
