import { expect, test } from "vitest";
import { fill, longestMs } from "../../ses/test/longest-ms.ts";
import { apiServer, type Reply } from "./api-server.ts";
import { context, sampleMessage } from "./context.ts";
import { vendors } from "./vendors.ts";

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

test.each(Object.entries(bodies))("%s: 1 MB of it holds nobody up for 50 ms", async (_, body) => {
  const to = Array.from({ length: 40 }, (_, i) => `r${i}@example.org`);
  const message = await sampleMessage({ to });
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
