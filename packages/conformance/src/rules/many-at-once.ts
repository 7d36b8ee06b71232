import { ok, strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";

const count = 50;

/** Nothing of one attempt leaks into another. */
export const manyAtOnce: RuleParts = {
  name: `sends ${count} messages at once without mixing them up`,
  needs: [],
  check: (bench) =>
    bench.on(async (scene) => {
      const to = Array.from({ length: count }, (_, i) => `bob-${i}@example.net`);
      const mark = (i: number): string => `for number ${i} alone`;
      const messages = await Promise.all(
        to.map((address, i) => bench.letter({ to: address, text: mark(i) })),
      );
      const answers = await Promise.all(messages.map((message) => ask(scene, message).answer));
      const received = scene.stage.received();
      strictEqual(received.length, count, `the far end has ${received.length} messages after ${count}`);
      for (const [i, { outcome }] of answers.entries()) {
        ok(outcome.success, `${to[i]}: ${outcome.success || outcome.reason}`);
        const own = received.filter((one) => one.recipients.includes(to[i] as string));
        strictEqual(own.length, 1, `${own.length} messages came for ${to[i]}`);
        strictEqual(own[0]?.recipients.length, 1, `the message for ${to[i]} came for others, too`);
        const whose = received.find((one) => one.id === outcome.messageId) ?? own[0];
        strictEqual(whose, own[0], `the receipt for ${to[i]} is another's`);
        const content = own[0]?.content;
        if (content === undefined) continue;
        const text = typeof content === "string" ? content : Buffer.from(content).toString("latin1");
        ok(text.includes(mark(i)), `${to[i]} was sent the text of another`);
      }
    }),
};
