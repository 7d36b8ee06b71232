import { dispositions } from "@relais/core";
import { type About, connectionErrors, errorTables, explainHttpAnswer } from "@relais/http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindsOf } from "../../ses/test/about-rules.ts";
import { everyPhrase } from "./vendor-phrases.ts";
import { vendors } from "./vendors.ts";

test("whom a row is about and its kind agree, in every table", () => {
  for (const row of [...Object.values(errorTables).flat(), ...connectionErrors]) {
    expect(kindsOf[row.about], row.meaning).toContain(row.kind);
    expect(row.source).toMatch(/^https:\/\/|^from memory, not re-checked$/);
  }
});

test("what the kinds lead to is what the subjects promise", () => {
  for (const about of ["identity", "message", "recipient"] as const satisfies readonly About[])
    for (const kind of kindsOf[about]) expect(["neither", "success"]).toContain(dispositions[kind].health);
  for (const kind of kindsOf.account) expect(dispositions[kind].failover).toBe(true);
});

describe.each(vendors)("$name", ({ name }) => {
  test("phrases are about whom they are about, whatever stands around them", () => {
    const one = fc.record({
      phrase: fc.constantFrom(...everyPhrase(name)),
      after: fc.constantFrom(
        "",
        " (request 4f2a)",
        " See https://example.org/help.",
        ` ${"x".repeat(5_000)}`,
      ),
      upper: fc.boolean(),
    });
    fc.assert(
      fc.property(one, ({ phrase, after, upper }) => {
        const words = (upper ? phrase.words.toUpperCase() : phrase.words) + after;
        const { about, kind } = phrase;
        expect(explainHttpAnswer(name, phrase.status, phrase.code, words), words.slice(0, 200)).toMatchObject(
          {
            about,
            kind,
          },
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test("an address may be named like anything", () => {
    const words = fc.constantFrom(
      "account",
      "suspended",
      "api-key",
      "invalid",
      "quota",
      "exceeded",
      "credits",
      "paused",
    );
    const local = fc.array(words, { minLength: 1, maxLength: 4 }).map((list) => list.join("."));
    fc.assert(
      fc.property(local, fc.constantFrom("is no good", "cannot be taken: wrong"), (part, rest) => {
        const row = explainHttpAnswer(name, 400, undefined, `The message for ${part}@example.org ${rest}`);
        expect(row).toMatchObject({ about: "message", kind: "refused" });
      }),
    );
  });

  test("a 4xx that nobody knows is a no to the message", () => {
    const status = fc.constantFrom(
      406,
      409,
      410,
      411,
      414,
      415,
      417,
      418,
      421,
      423,
      424,
      426,
      428,
      431,
      451,
      499,
    );
    const code = fc.option(
      fc.stringMatching(/^[a-z_]{3,20}$/).filter((text) => !/api_key|reseller/.test(text)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(status, code, fc.lorem({ maxCount: 12 }), (at, own, words) => {
        if (name === "sendgrid" && at === 406) return;
        expect(explainHttpAnswer(name, at, own, words)).toMatchObject({ about: "message", kind: "refused" });
      }),
    );
  });
});
