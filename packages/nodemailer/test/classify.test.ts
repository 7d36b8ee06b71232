import { expect, test } from "vitest";
import { judge } from "../src/provider/classify.ts";
import { knownSecrets } from "../src/provider/known-secrets.ts";

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
  expect(judge(thrown, false).kind).toBe(kind);
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
  expect(judge(thrown, true).kind).toBe(kind);
});

test("an SMTP server that puts the message off after the dot is definite: nothing was taken", () => {
  const thrown = { code: "EMESSAGE", command: "DATA", responseCode: 451, response: "451 4.3.0 trouble here" };
  expect(judge(thrown, true)).toMatchObject({ kind: "transient", definite: true });
});

test("the status of an API before the hand-over says what it says", () => {
  expect(judge({ statusCode: 503 }, false)).toMatchObject({ kind: "transient" });
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
