import fc from "fast-check";
import { test } from "vitest";
import { isLoopback } from "../src/runtime/is-loopback.ts";

const octet = fc.integer({ min: 0, max: 255 });
const four = (first: fc.Arbitrary<number>): fc.Arbitrary<string> =>
  fc.tuple(first, octet, octet, octet).map((parts) => parts.join("."));
const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));

/** The same host as it may be written: letters large or small, brackets, a dot at the end of a name. */
const spelled = (host: string): fc.Arbitrary<string> =>
  fc
    .record({ large: fc.boolean(), bracketed: fc.boolean(), dot: fc.boolean() })
    .map(({ large, bracketed, dot }) => {
      const text = large ? host.toUpperCase() : host;
      return host.includes(":") ? (bracketed ? `[${text}]` : text) : `${text}${dot ? "." : ""}`;
    });

const inside = fc
  .oneof(
    fc.constantFrom("localhost", "::1"),
    domain.map((name) => `${name}.localhost`),
    four(fc.constant(127)),
  )
  .chain(spelled);

const outside = fc.oneof(
  four(octet.filter((first) => first !== 127)),
  // A name that only looks like one of those inside.
  domain.map((name) => `localhost.${name}`).filter((name) => !name.endsWith(".localhost")),
  domain.map((name) => `127.0.0.1.${name}`).filter((name) => !/\.localhost$/.test(name)),
  label.map((name) => `${name}localhost`),
  fc.constantFrom(
    "",
    ".",
    "0.0.0.0",
    "::",
    "::2",
    "[::2]",
    "1::1",
    "127.1",
    "127.0.0",
    "localhost..x",
    "x127.0.0.1",
  ),
  fc.ipV6().filter((address) => !/^(?:0*:)*:?0*1$/.test(address) && !/^::/.test(address)),
);

test("every spelling of a loopback name or address is one", () => {
  fc.assert(fc.property(inside, (host) => isLoopback(host)));
});

test("nothing else is", () => {
  fc.assert(fc.property(outside.chain(spelled), (host) => !isLoopback(host)));
});
