import { wireRules } from "@relais/smtp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classify } from "../src/replies/classify.ts";

const nodemailer = (fields: object): Error => Object.assign(new Error("Message failed"), fields);
const thrown = fc.oneof(
  fc.anything(),
  fc.record({
    code: fc.option(
      fc.constantFrom(
        "EMESSAGE",
        "EENVELOPE",
        "ECONNECTION",
        "ESOCKET",
        "EAUTH",
        "EPROTOCOL",
        "ETLS",
        "ESTREAM",
        "EABORT",
      ),
      { nil: undefined },
    ),
    originalCode: fc.option(fc.constantFrom(...wireRules.map(({ code }) => code), "EWHATEVER"), {
      nil: undefined,
    }),
    command: fc.option(
      fc.constantFrom("CONN", "EHLO", "AUTH PLAIN", "MAIL FROM", "RCPT TO", "DATA", "API", "RSET"),
      { nil: undefined },
    ),
    response: fc.option(
      fc.oneof(
        fc.string(),
        fc.integer({ min: 100, max: 699 }).map((code) => `${code} text`),
      ),
      { nil: undefined },
    ),
  }),
);

describe("classify", () => {
  test("never says unknown of a message that was not handed over, whatever was thrown", () => {
    fc.assert(
      fc.property(thrown, (value) => classify(value, false).kind !== "unknown"),
      { numRuns: 2_000 },
    );
  });

  test("says unknown of one that was, unless the final dot itself was refused", () => {
    fc.assert(
      fc.property(thrown, (value) => {
        const { code, response } = (value ?? {}) as { code?: unknown; response?: unknown };
        const definite =
          code === "EMESSAGE" && typeof response === "string" && /^[45]\d\d(?:[ -]|$|\r?\n)/.test(response);
        expect(classify(value, true).kind === "unknown").toBe(!definite);
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes half a refusal before a lost connection for no refusal", () => {
    const cut = nodemailer({ code: "ECONNECTION", command: "CONN", response: "550 5.7", responseCode: 550 });
    expect(classify(cut, true).kind).toBe("unknown");
    expect(classify(cut, false)).toMatchObject({ kind: "transient", code: "ECONNECTION" });
  });

  test("does not try again what was not foreseen", () => {
    expect(classify(new TypeError("x is not a function"), false)).toMatchObject({
      kind: "transient",
      retryable: false,
    });
    expect(classify(undefined, false)).toMatchObject({ kind: "transient", retryable: false });
  });
});
