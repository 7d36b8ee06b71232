import { type SmtpAction, type SmtpStep, smtpServer } from "@relais/conformance";
import { createChain, link, retry } from "@relais/core";
import { smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";

/** Sends one mail, then a second over the same connection, on which the server does `action` once at `step`. */
async function second(step: SmtpStep, action: SmtpAction, pipelining = true) {
  const server = await smtpServer({ pipelining });
  const provider = smtp({ host: server.host, port: server.port });
  const first = await mail();
  expect((await provider.send(first, sendContext(first))).success).toBe(true);
  let done = false;
  server.script({
    [step]: () => {
      if (done) return undefined;
      done = true;
      return action;
    },
  });
  const message = await mail();
  const context = sendContext(message);
  const outcome = await provider.send(message, context);
  const { connections } = server;
  const copies = server.accepted.filter(({ messageId }) => messageId === message.messageId).length;
  await provider.close?.();
  await server.close();
  return { outcome, copies, connections, handOvers: context.handOvers };
}

describe("a kept connection that the server closes before it has asked for anything of the message", () => {
  test.for(
    (["mail", "rcpt", "data"] as const).flatMap((step) =>
      (
        [
          ["421", { reply: "421 4.4.2 idle for too long", next: "drop" }],
          ["421, still open", { reply: "421 4.3.2 shutting down" }],
          ["a close", { drop: true }],
          ["a reset", { reset: true }],
          ["half a reply", { drop: true, after: "42" }],
        ] as const
      ).flatMap(([name, action]) =>
        [true, false].map((pipelining) => [name, step, action, pipelining] as const),
      ),
    ),
  )("%s at %s: one fresh connection, the same attempt", async ([, step, action, pipelining]) => {
    expect(await second(step, action, pipelining)).toMatchObject({
      outcome: { success: true },
      copies: 1,
      connections: 2,
      handOvers: 1,
    });
  });

  test.for([
    ["a rate", "mail", { reply: "421 4.7.28 unusual rate of mail", next: "drop" }, "throttled"],
    ["a refusal", "mail", { reply: "550 5.7.1 not you" }, "refused"],
    ["a full system", "mail", { reply: "452 4.3.1 no space" }, "transient"],
  ] as const)("but %s is an answer", async ([, step, action, kind]) => {
    expect(await second(step, action)).toMatchObject({
      outcome: { success: false, kind },
      copies: 0,
      connections: 1,
      handOvers: 0,
    });
  });

  test.for([
    ["a close in the body", "body", { drop: true }],
    ["a close after the dot", "dot", { drop: true }],
  ] as const)("and never after that: %s", async ([, step, action]) => {
    const { outcome, connections } = await second(step, action);
    expect(outcome.success).toBe(false);
    expect(connections).toBe(1);
  });

  test("leaves no other kept connection to be tried: all of them may be dead", async () => {
    const server = await smtpServer({ script: { dot: { delayMs: 30 } } });
    const provider = smtp({ host: server.host, port: server.port });
    const messages = await Promise.all(Array.from({ length: 5 }, () => mail()));
    await Promise.all(messages.map((message) => provider.send(message, sendContext(message))));
    expect(server.connections).toBe(5);
    const old = new Set(server.sessions.map(({ number }) => number));
    // A restart behind a balancer that resets what it does not know.
    server.script({ mail: ({ session }) => (old.has(session.number) ? { reset: true } : undefined) });
    const message = await mail();
    expect((await provider.send(message, sendContext(message))).success).toBe(true);
    expect(server.connections).toBe(6);
    const all = await Promise.all(Array.from({ length: 5 }, () => mail()));
    const outcomes = await Promise.all(all.map((each) => provider.send(each, sendContext(each))));
    expect(outcomes.every(({ success }) => success)).toBe(true);
    await provider.close?.();
    await server.close();
  });

  test("is no failure of the provider: one attempt, nothing for retry to do", async () => {
    const server = await smtpServer();
    const chain = createChain([link(smtp({ host: server.host, port: server.port }), retry({ budget: 0 }))]);
    const input = { from: "a@relais.test", to: "b@relais.test", subject: "Hi", text: "Hi" };
    await chain.send(input);
    server.script({ mail: ({ nth }) => (nth === 2 ? { reply: "421 bye", next: "drop" } : undefined) });
    expect(await chain.send(input)).toMatchObject({ success: true, attempts: [{ success: true }] });
    await chain.close();
    await server.close();
  });
});

test("a reply more than was asked for is not taken for the next command's", async () => {
  const server = await smtpServer({ script: { dot: { raw: "250\r\n250 Ok 1234\r\n" } } });
  const chain = createChain([smtp({ host: server.host, port: server.port })]);
  const statuses: string[] = [];
  for (let i = 0; i < 4; i++)
    statuses.push(
      (await chain.send({ from: "a@relais.test", to: "b@relais.test", subject: `${i}`, text: "x" })).status,
    );
  await chain.close();
  await server.close();
  expect(statuses).toEqual(["sent", "sent", "sent", "sent"]);
});
