import { type Disposition, dispositions } from "@relais/core";
import { type About, connectionErrors, explainSesError, httpStatuses, sesErrors } from "@relais/ses";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindsOf } from "./about-rules.ts";
import { said } from "./said-by-ses.ts";

test("whom a row is about and its kind agree, in every table", () => {
  for (const row of [...sesErrors, ...httpStatuses, ...connectionErrors]) {
    expect(kindsOf[row.about], row.meaning).toContain(row.kind);
    expect(row.source, row.meaning).toMatch(/^https:\/\//);
  }
});

test("what the kinds lead to is what the subjects promise", () => {
  const of = (about: About): readonly Disposition[] => kindsOf[about].map((kind) => dispositions[kind]);
  for (const about of ["identity", "message", "recipient"] as const)
    for (const { health } of of(about)) expect(["neither", "success"]).toContain(health);
  for (const { failover } of of("account")) expect(failover).toBe(true);
});

describe("errors of SES", () => {
  const one = fc.constantFrom(...said).chain(([names, words, about, kind, ms]) =>
    fc.record({
      name: fc.constantFrom(...names),
      suffix: fc.constantFrom("", "Exception"),
      words: fc.constantFrom(...words),
      case: fc.constantFrom(
        (text: string) => text,
        (text: string) => (/arn:/.test(text) ? text : text.toUpperCase()),
      ),
      tail: fc.constantFrom(
        "",
        " (Request ID: 8f23e6e6-b4f2-4572-b426-343b370cb32c)",
        ` ${"x".repeat(5_000)}`,
      ),
      expected: fc.constant({ about, kind, ...(ms === undefined ? {} : { retryAfterMs: ms }) }),
    }),
  );

  test("are about whom their words say, whatever the name's suffix and the words' case", () => {
    fc.assert(
      fc.property(one, ({ name, suffix, words, case: inCase, tail, expected }) => {
        const row = explainSesError(`${name}${suffix}`, inCase(words) + tail);
        expect(row, `${name}: ${words}`).toMatchObject(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("of unknown names are a no to the message under 4xx, and SES's trouble under 5xx", () => {
    const known = new Set(sesErrors.map((row) => row.name));
    const name = fc
      .stringMatching(/^[A-Z][A-Za-z]{3,30}$/)
      .filter((text) => !known.has(text.replace(/Exception$/, "")));
    fc.assert(
      fc.property(name, fc.string(), fc.integer({ min: 400, max: 599 }), (text, words, status) => {
        const { kind, about } = explainSesError(text, words, status);
        expect([kind, about]).toEqual(status < 500 ? ["refused", "message"] : ["transient", "passing"]);
      }),
    );
  });
});
