import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";

type Step = "greeting" | "ehlo" | "mail" | "rcpt" | "data" | "dot";

/** A server that gives each step the replies of a list, all in one packet or each in one of its own. */
async function server(replies: Partial<Record<Step, readonly string[]>>, pauseMs?: number) {
  const usual: Record<Step, readonly string[]> = {
    greeting: ["220 hello"],
    ehlo: ["250-hello\r\n250 SIZE 100000"],
    mail: ["250 ok"],
    rcpt: ["250 ok"],
    data: ["354 go on"],
    dot: ["250 kept"],
  };
  const kept: string[] = [];
  const listener = createServer((socket) => {
    let input = "";
    let inBody = false;
    const say = async (step: Step): Promise<void> => {
      const all = replies[step] ?? usual[step];
      if (pauseMs === undefined) socket.write(all.map((one) => `${one}\r\n`).join(""));
      else {
        for (const one of all) {
          socket.write(`${one}\r\n`);
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      }
    };
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      input += chunk.toString();
      for (let end = input.indexOf("\r\n"); end >= 0; end = input.indexOf("\r\n")) {
        const ending = inBody ? input.indexOf("\r\n.\r\n") : end;
        if (ending < 0) return;
        const line = input.slice(0, ending);
        input = input.slice(ending + (inBody ? 5 : 2));
        if (inBody) kept.push(line);
        const step = inBody ? "dot" : (/^(?:EHLO|MAIL|RCPT|DATA)/.exec(line)?.[0].toLowerCase() as Step);
        inBody = step === "data";
        if (step !== undefined) void say(step);
      }
    });
    void say("greeting");
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return { port: (listener.address() as AddressInfo).port, kept, close: () => listener.close() };
}

async function send(port: number) {
  const provider = smtp({ host: "127.0.0.1", port, requireTLS: false, pool: false });
  const message = await mail();
  const context = sendContext(message);
  const outcome = await provider.send(message, context);
  await provider.close?.();
  return { outcome, handOvers: context.handOvers };
}

test("a reply more than was asked for, before the message is handed over, never leaves it in doubt", async () => {
  const extra = fc.constantFrom("220 hello", "250 hello", "250 ok", "250-a\r\n250 SIZE 90000", "354 go on");
  const step = fc.constantFrom<Step>("greeting", "ehlo", "mail", "rcpt");
  const pause = fc.constantFrom(undefined, 0, 3);
  const own: Record<string, string> = {
    greeting: "220 hello",
    ehlo: "250 hello",
    mail: "250 ok",
    rcpt: "250 ok",
  };
  await fc.assert(
    fc.asyncProperty(step, extra, fc.boolean(), pause, async (at, more, isBefore, pauseMs) => {
      // One that comes when DATA was said is the answer to it.
      fc.pre(pauseMs === undefined || !more.startsWith("354"));
      const usual = own[at] as string;
      const far = await server({ [at]: isBefore ? [more, usual] : [usual, more] }, pauseMs);
      const { outcome, handOvers } = await send(far.port);
      far.close();
      expect(outcome.success ? "receipt" : outcome.kind).not.toBe("unknown");
      if (!outcome.success) expect([outcome.kind, handOvers, far.kept]).toEqual(["transient", 0, []]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("a server that answers DATA with 250, and means 354, gets the message", async () => {
  const far = await server({ data: ["250 go on"] });
  onTestFinished(() => void far.close());
  expect((await send(far.port)).outcome).toMatchObject({ success: true, response: "250 kept" });
  expect(far.kept).toHaveLength(1);
});

test.for(["554 no", "250 kept", "354 go on", "554-no", "554-no\r\n55"])(
  "354 and, in one packet with it, %j: nothing goes out",
  async (more) => {
    const far = await server({ data: [`354 go on\r\n${more}`] });
    onTestFinished(() => void far.close());
    const { outcome, handOvers } = await send(far.port);
    expect(outcome).toMatchObject({ success: false, kind: "transient" });
    expect(handOvers).toBe(0);
    expect(far.kept).toEqual([]);
  },
);
