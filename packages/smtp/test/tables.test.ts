import type { FailureKind } from "@relais/core/spi";
import { type About, explainReply, phases, phrases, replyRules, wireRules } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { outcomeFactory } from "../src/attempt/outcomes.ts";
import { secretRedactor } from "../src/connection/secret-redactor.ts";
import { checkOptions } from "../src/options/options.ts";

const auth = { user: "ann", pass: "sesame-42" };

/** What may follow from a state, by whom it is about. */
const kindsOf: Readonly<Record<About, readonly FailureKind[]>> = {
  // It waits or is mended: never the end of a message that is queued.
  account: ["throttled", "misconfigured"],
  // The rest never opens a breaker.
  identity: ["refused", "rejected", "deferred"],
  message: ["refused", "rejected", "deferred"],
  recipient: ["refused", "rejected", "deferred"],
  // It is tried again.
  passing: ["transient", "throttled", "deferred"],
};

describe("every row of every table", () => {
  test.for([
    ["replyRules", replyRules],
    ["wireRules", wireRules],
  ] as const)("of %s has a kind that agrees with whom it is about, and names its source", ([, rows]) => {
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) {
      expect(kindsOf[row.about], JSON.stringify(row)).toContain(row.kind);
      expect(row.source.length, JSON.stringify(row)).toBeGreaterThan(5);
    }
  });

  test("of replyRules can decide: none stands behind one that fits all that it fits", () => {
    const shadowed = replyRules.filter((row, at) =>
      replyRules
        .slice(0, at)
        .some(
          (earlier) =>
            (earlier.phrase === undefined || earlier.phrase === row.phrase) &&
            earlier.enhanced === undefined &&
            row.codes.every(
              (code) => earlier.codes.includes(code) || earlier.codes.includes(`${code[0]}xx`),
            ) &&
            (row.phases ?? phases).every((phase) => (earlier.phases ?? phases).includes(phase)),
        ),
    );
    expect(shadowed).toEqual([]);
  });

  test("of phrases has a use and a source", () => {
    const used = new Set(replyRules.flatMap(({ phrase }) => (phrase === undefined ? [] : [phrase])));
    expect(new Set(phrases.map(({ means }) => means))).toEqual(used);
    for (const { source } of phrases) expect(source).not.toBe("");
  });
});

describe("a hostile reply of a megabyte", () => {
  const megabyte = 1_048_576;
  const words = [
    "x",
    " ",
    "a.",
    "a.a.a.",
    "too many ",
    "too many messages per ",
    "recipient <",
    "user x ",
    "user: ",
    "mailbox quota ",
    "not a valid ",
    "limit of ",
    "receiving mail ",
    "recipient receive ",
    "the connection has its ",
    "your account ",
    "retry in ",
    "1 ",
    "http://",
    "a+b.c-d:",
    "password=",
    "AUTH PLAIN ",
    "550 5.1.1 ",
    "\r\n550-",
  ];

  test.for(words.map((word) => [word] as const))("of %j costs less than 50 ms", ([word]) => {
    const outcomes = outcomeFactory("SMTP", secretRedactor(checkOptions({ host: "localhost", auth })));
    for (const code of ["550 ", "450 4.7.1 ", "421-", "552 5.2.2 "]) {
      const text = `${code}${word.repeat(Math.ceil(megabyte / word.length))}`;
      const error = Object.assign(new Error(text), { code: "EENVELOPE", command: "RCPT TO", response: text });
      let best = Number.POSITIVE_INFINITY;
      // The machine may be busy with something else for once.
      for (let i = 0; i < 3; i++) {
        const begun = performance.now();
        explainReply(text, "rcpt");
        outcomes.fromError(error, false);
        best = Math.min(best, performance.now() - begun);
      }
      expect(best, code).toBeLessThan(50);
    }
  });
});
