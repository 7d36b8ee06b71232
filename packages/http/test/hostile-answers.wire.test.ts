import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, test } from "vitest";
import { apiServer, type Reply } from "./api-server.ts";
import { context, letter } from "./context.ts";
import { vendors } from "./vendors.ts";

const bytes = 1_000_000;
const fill = (text: string, count = bytes): string => text.repeat(Math.ceil(count / text.length));

/** What is known to cost much where it is looked at with care. */
const words: Readonly<Record<string, string>> = {
  "a URL that does not end": fill("a.a.a."),
  "blanks after a marker": `Found inactive addresses: ${fill(" ")}`,
  "addresses without an end": `Found inactive addresses: ${fill("a@a,")}`,
  "many at signs": fill("a@"),
  "words of accounts": fill("account daily from domain api key "),
  "dates without an end": `try again after ${fill("Mon, 01 Jan 2029 ")}`,
  secrets: fill("password= "),
};
const bodies: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(words).map(([title, text]) => [
      title,
      JSON.stringify({
        message: text,
        Message: text,
        ErrorCode: 406,
        name: "validation_error",
        errors: [{ message: text, field: text }],
      }),
    ]),
  ),
  "lists in each other": fill("["),
  "many errors": `{"errors":[${fill('{"field":"personalizations.0.to.0.email","message":"a"},')}{}]}`,
  "no JSON": fill("<a>"),
};

/**
 * The longest time in which nothing else ran, or all the time that the processor was at work, whichever is less: on a
 * busy machine the first is as much about the others. The best of some tries.
 */
async function longestMs(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8 && best >= 50; i++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const before = process.cpuUsage();
    delay.enable();
    await work();
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, delay.max / 1e6, (user + system) / 1e3);
  }
  return best;
}

test.each(Object.entries(bodies))("%s: 1 MB of it holds nobody up for 50 ms", async (_, body) => {
  const to = Array.from({ length: 40 }, (_, i) => `r${i}@example.org`);
  const message = await letter({ to });
  let reply: Reply = { status: 200 };
  const server = await apiServer(() => reply);
  for (const vendor of vendors) {
    const provider = vendor.make({ endpoint: server.endpoint });
    for (const status of [200, 400, 422, 503]) {
      reply = { status, body: body.slice(0, 1_048_576), headers: { "content-type": "application/json" } };
      const ms = await longestMs(() => provider.send(message, context(message)));
      expect(ms, `${vendor.name}, ${status}`).toBeLessThan(50);
    }
    await provider.close?.();
  }
});
