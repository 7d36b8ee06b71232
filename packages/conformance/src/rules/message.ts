import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert";
import { attempt } from "../harness/attempt.ts";
import { NotCovered, type RuleDefinition } from "../harness/fixture.ts";
import { inEverySituation } from "./situations.ts";

/** No retries: neither its own nor those of its library. */
const oneRequest: RuleDefinition = {
  name: "tries once: one send is one request at most, whatever comes of it",
  needs: ["transient", "unknown"],
  check: (fixture) =>
    inEverySituation(fixture, ({ when, context }) => {
      const requests = context.target.requests();
      ok(requests <= 1, `${when}: the server saw ${requests} requests`);
    }),
};

/** The message is the same object for every provider, so none may change it. */
const unchanged: RuleDefinition = {
  name: "leaves the message as it is, the bytes of attachments included",
  needs: [],
  async check(fixture) {
    for (const behaviour of [undefined, "transient", "unknown"] as const) {
      if (behaviour !== undefined && !fixture.has(behaviour)) continue;
      await fixture.run(async (context) => {
        await context.provoke(behaviour);
        const message = await fixture.message({
          cc: "Cleo <cleo@example.net>",
          html: "<p>Hello Bob</p>",
          headers: { "X-Kept": "as it is" },
          tags: { kept: "as-it-is" },
          attachments: [{ filename: "a.txt", content: Buffer.from("as it is") }],
        });
        const before = structuredClone(message);
        await attempt(context, message).result;
        deepStrictEqual(structuredClone(message), before, "the message was changed");
      });
    }
  },
};

/** A message that is sent again can be known by its key. */
const sameKey: RuleDefinition = {
  name: "sends a message with the same key each time, and another message with another",
  needs: ["key"],
  check: (fixture) =>
    fixture.run(async (context) => {
      const [message, other] = [await fixture.message(), await fixture.message()];
      for (const one of [message, message, other]) await attempt(context, one).result;
      const received = context.target.received();
      strictEqual(received.length, 3, `the server has ${received.length} messages after 3`);
      const [first, again, last] = received.map(({ key }) => key);
      if (first === undefined) throw new NotCovered("received() gives no key");
      notStrictEqual(first, "", "the key is empty");
      strictEqual(again, first, "the same message came with two keys");
      notStrictEqual(last, first, "two messages came with one key");
    }),
};

/** A message goes out once, as it is, under its own key. */
export const messageRules: readonly RuleDefinition[] = [oneRequest, unchanged, sameKey];
