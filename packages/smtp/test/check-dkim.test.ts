import { expect, test } from "vitest";
import { z } from "zod";
import { checkDkim } from "../src/options/check-dkim.ts";
import { fileSchema } from "../src/options/check-options.ts";
import { ed25519Keys, rsaKeys } from "./dkim-keys.ts";

const dkim = { domainName: "example.org", keySelector: "mail", privateKey: rsaKeys(1_024).privateKey };
const fields = (options: object, host: string): readonly string[] =>
  checkDkim(options, host)[0]?.fields ?? [];

test.each(["email-smtp.eu-west-1.amazonaws.com", "email-smtp-fips.us-east-1.amazonaws.com"])(
  "what SES writes anew is not signed for %s",
  (host) => {
    expect(fields(dkim, host)).not.toContain("message-id");
    expect(fields(dkim, host)).not.toContain("date");
    expect(fields([dkim], host)).not.toContain("date");
    expect(fields({ ...dkim, skipFields: "x-own" }, host)).toEqual(fields(dkim, "smtp.example.org"));
  },
);

test.each([
  "smtp.example.org",
  "email-smtp.eu-west-1.amazonaws.com.evil.test",
  "inbound-smtp.eu-west-1.amazonaws.com",
])("everything is signed for %s", (host) => {
  expect(fields(dkim, host)).toEqual(expect.arrayContaining(["from", "message-id", "date"]));
});

test("one key, a list and none at all are lists", () => {
  const second = { ...dkim, domainName: "Bücher.example", privateKey: ed25519Keys().privateKey };
  expect(checkDkim(dkim, "h").map((one) => one.domainName)).toEqual(["example.org"]);
  expect(checkDkim([dkim, second], "h").map((one) => one.domainName)).toEqual([
    "example.org",
    "xn--bcher-kva.example",
  ]);
  expect(checkDkim([], "h")).toEqual([]);
});

test("a file can hold all of it, and nothing else", () => {
  const all = { ...dkim, headerFieldNames: "To", extraFields: "X-Own", skipFields: "Cc" };
  const fits = (one: unknown): boolean => fileSchema(z).safeParse({ host: "h", dkim: one }).success;
  expect([all, [all, dkim], []].map(fits)).toEqual([true, true, true]);
  expect([{ ...all, hashAlgo: "sha1" }, [{ domainName: "example.org" }], "pem"].map(fits)).toEqual([
    ...[false, false, false],
  ]);
});
