import { expect, test } from "vitest";
import { context, letter } from "./context.ts";
import { fill, longestMs } from "./longest-ms.ts";
import { pair } from "./sandbox.ts";

const error = (inner: string): string => `<ErrorResponse><Error>${inner}</Error></ErrorResponse>`;

/** What is known to cost much where it is looked at with care. */
const shapes: Readonly<Record<string, (bytes: number) => string>> = {
  "a URL that does not end": (n) => error(`<Code>X</Code><Message>${fill("a.a.a.", n)}</Message>`),
  blanks: (n) => error(`<Code>X</Code><Message>password${fill(" ", n)}</Message>`),
  "many elements": (n) => error(`<Code>X</Code>${fill("<b/>", n)}`),
  "elements in each other": (n) => fill("<a>", n),
  "many attributes": (n) => `<ErrorResponse ${fill('a="b" ', n)}><Error/></ErrorResponse>`,
  "many entities": (n) => error(`<Code>X</Code><Message>${fill("&lt;", n)}</Message>`),
  "brackets only": (n) => fill("<", n),
  "a long name": (n) => error(`<Code>${fill("Throttling", n)}</Code>`),
};

test.each(Object.entries(shapes))("%s: 1 MB and 60 KB of it hold nobody up for 50 ms", async (_, shape) => {
  const { server, provider } = await pair();
  const message = await letter();
  await provider.send(message, context(message)); // loads the client
  for (const bytes of [1_000_000, 60_000])
    for (const status of [200, 400, 503]) {
      server.fault({ status, body: shape(bytes), contentType: "text/xml" });
      const ms = await longestMs(() => provider.send(message, context(message)));
      expect(ms, `${status}, ${bytes} bytes`).toBeLessThan(50);
    }
});
