import { explainReply, type Phase, phases, phrases } from "@relais/smtp/replies";
import fc from "fast-check";
import { expect, test } from "vitest";
import { classify } from "../src/provider/classify.ts";
import { knownSecrets } from "../src/provider/nodemailer-provider.ts";

const rcpt = { code: "EENVELOPE", command: "RCPT TO" };

test.each([
  [{ code: "EAUTH", command: "AUTH PLAIN", responseCode: 535, response: "535 5.7.8 bad" }, "misconfigured"],
  [{ code: "EAUTH", command: "AUTH PLAIN", responseCode: 454, response: "454 4.7.0 later" }, "transient"],
  [{ ...rcpt, responseCode: 550, response: "550-5.1.1 no\n550 5.1.1 such user" }, "rejected"],
  [{ ...rcpt, responseCode: 550, response: "550 5.7.1 not from you" }, "refused"],
  [{ ...rcpt, responseCode: 452, response: "452 4.2.2 full" }, "deferred"],
  [{ ...rcpt, responseCode: 451, response: "451 4.3.0 trouble here" }, "transient"],
  [{ code: "EMESSAGE", command: "DATA", responseCode: 452, response: "452 4.7.28 rate" }, "throttled"],
  [{ code: "ECONNECTION", command: "DATA", responseCode: 550, response: "550 5.7" }, "transient"],
  [{ code: "EDNS", originalCode: "ENOTFOUND" }, "transient"],
  [{ code: "ETLS", command: "CONN" }, "misconfigured"],
  [{ code: "ENOAUTH" }, "misconfigured"],
  [{ code: "EABORT", name: "AbortError" }, "cancelled"],
  [undefined, "transient"],
  ["words", "transient"],
])("before the hand-over %o is %s", (thrown, kind) => {
  expect(classify(thrown, false).kind).toBe(kind);
});

test.each([
  [{ code: "EMESSAGE", command: "DATA", responseCode: 554, response: "554 5.7.1 spam" }, "refused"],
  [{ code: "EMESSAGE", command: "DATA", responseCode: 354, response: "354 go ahead" }, "unknown"],
  [{ code: "EMESSAGE", command: "DATA" }, "unknown"],
  [{ code: "ECONNECTION", command: "DATA", responseCode: 550, response: "550 5.7" }, "unknown"],
  [{ code: "ETIMEDOUT", command: "DATA" }, "unknown"],
  [{ code: "ECONNECTION", command: "CONN", responseCode: 550, response: "550 5" }, "unknown"],
  [{ code: "EAUTH" }, "unknown"],
  [{ statusCode: 503 }, "unknown"],
  [{ status: 503, code: "ServiceUnavailable" }, "unknown"],
  [{ responseCode: 503, message: "Service Unavailable" }, "unknown"],
  [{ responseCode: 500, response: "Internal Server Error" }, "unknown"],
  [{ $metadata: { httpStatusCode: 503 }, name: "ServiceUnavailable" }, "unknown"],
  [{ responseCode: 451, message: "try later" }, "unknown"],
  [{ statusCode: 422 }, "refused"],
  [{ statusCode: 429 }, "throttled"],
  [null, "unknown"],
])("after the hand-over %o is %s", (thrown, kind) => {
  expect(classify(thrown, true).kind).toBe(kind);
});

test("an SMTP server that puts the message off after the dot is definite: nothing was taken", () => {
  const thrown = { code: "EMESSAGE", command: "DATA", responseCode: 451, response: "451 4.3.0 trouble here" };
  expect(classify(thrown, true)).toMatchObject({ kind: "transient", definite: true });
});

test("the status of an API before the hand-over says what it says", () => {
  expect(classify({ statusCode: 503 }, false)).toMatchObject({ kind: "transient" });
});

const thrownAt: Readonly<Record<Phase, { readonly code: string; readonly command: string }>> = {
  greeting: { code: "EPROTOCOL", command: "CONN" },
  ehlo: { code: "ECONNECTION", command: "EHLO" },
  starttls: { code: "ETLS", command: "STARTTLS" },
  auth: { code: "EAUTH", command: "AUTH PLAIN" },
  mail: { code: "EENVELOPE", command: "MAIL FROM" },
  rcpt: { code: "EENVELOPE", command: "RCPT TO" },
  data: { code: "EENVELOPE", command: "DATA" },
  dot: { code: "EMESSAGE", command: "DATA" },
};

test("a reply means what the table of @relais/smtp says, at every phase", () => {
  // The sources of the wordings quote them.
  const quoted = phrases.map(({ source }) => source.replace(/^.*: /, ""));
  const words = fc.constantFrom("", "no such user", "try again in 5 minutes", ...quoted);
  const enhanced = fc.tuple(fc.nat(7), fc.nat(30)).map(([subject, detail]) => `${subject}.${detail}`);
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...phases),
      fc.integer({ min: 400, max: 559 }),
      fc.option(enhanced, { nil: undefined }),
      words,
      (phase, responseCode, detail, text) => {
        const status = detail === undefined ? "" : ` ${String(responseCode)[0]}.${detail}`;
        const response = `${responseCode}${status} ${text}`;
        const explained = explainReply(response, phase);
        const { kind, code, retryable, retryAfterMs } = classify(
          Object.assign(new Error("refused"), { ...thrownAt[phase], responseCode, response }),
          false,
        );
        kinds.add(kind);
        expect({ kind, code, retryable, retryAfterMs }).toEqual({
          kind: explained?.kind,
          code: explained?.code,
          retryable: explained?.retryable,
          retryAfterMs: explained?.retryAfterMs,
        });
      },
    ),
    {
      numRuns: 2_000,
      // Of each kind one, whatever is drawn.
      examples: [
        ["rcpt", 550, "1.1", ""],
        ["rcpt", 450, "2.0", ""],
        ["auth", 535, "7.8", ""],
        ["dot", 554, "7.1", ""],
        ["dot", 451, "7.0", "too many messages, slow down"],
        ["mail", 451, "3.0", ""],
      ],
    },
  );
  expect([...kinds].sort()).toEqual([
    "deferred",
    "misconfigured",
    "refused",
    "rejected",
    "throttled",
    "transient",
  ]);
});

test.each([
  [{ responseCode: 550, response: "550 5.1.1 gone" }, "rejected"],
  [{ responseCode: 452, response: "452 4.2.2 full" }, "deferred"],
  [{ responseCode: 550, response: "550 No such user", recipient: "b@x.test" }, "rejected"],
  [{ responseCode: 550, response: "550 5.7.1 no" }, "refused"],
  [{ responseCode: 451, response: "451 later" }, "transient"],
  [{ code: "EAUTH", responseCode: 504, response: "504 unrecognised type" }, "misconfigured"],
])("a transport that does not name the command is understood by the reply: %o is %s", (thrown, kind) => {
  expect(classify(thrown, false).kind).toBe(kind);
});

test("421 on a lost connection is an answer before the hand-over, and none to the message", () => {
  const thrown = { code: "ECONNECTION", command: "CONN", responseCode: 421, response: "421 4.3.2 bye" };
  expect(classify(thrown, false)).toMatchObject({ kind: "transient", code: "421 4.3.2" });
  expect(classify(thrown, true)).toMatchObject({ kind: "unknown" });
});

test("secrets are found wherever options keep them", () => {
  const loop: Record<string, unknown> = {
    url: "smtps://user:p%40ss@mail.x.test",
    auth: { user: "ann", pass: "one", accessToken: "two", options: { apiKey: "three" } },
    dkim: { keys: [{ privateKey: "four" }] },
  };
  loop.self = loop;
  const found = new Set(knownSecrets(loop));
  for (const secret of ["p%40ss", "p@ss", "one", "two", "three", "four"]) expect(found).toContain(secret);
  expect(found).not.toContain("ann");
});
