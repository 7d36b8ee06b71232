import { option } from "@relais/core/spi";
import { expect, test } from "vitest";
import { checkOptions, type SmtpOptions, smtpOptions } from "../src/options/options.ts";
import { ed25519Keys, rsaKeys } from "./dkim-keys.ts";

const dkim = { domainName: "example.org", keySelector: "mail", privateKey: rsaKeys(1_024).privateKey };
const settingsOf = (dkim: SmtpOptions["dkim"], host: string) => checkOptions({ host, dkim }).dkim;
const fields = (options: SmtpOptions["dkim"], host: string): readonly string[] =>
  settingsOf(options, host)[0]?.fields ?? [];

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
  expect(settingsOf(dkim, "h").map((one) => one.domainName)).toEqual(["example.org"]);
  expect(settingsOf([dkim, second], "h").map((one) => one.domainName)).toEqual([
    "example.org",
    "xn--bcher-kva.example",
  ]);
  expect(settingsOf([], "h")).toEqual([]);
});

test("a file can hold all of it, and nothing else", async () => {
  const all = { ...dkim, headerFieldNames: "To", extraFields: "X-Own", skipFields: "Cc" };
  const { validate } = option.forPlugin(smtpOptions, () => undefined).options["~standard"];
  const fits = async (one: unknown): Promise<boolean> =>
    (await validate({ host: "h", dkim: one })).issues === undefined;
  expect(await Promise.all([all, [all, dkim], []].map(fits))).toEqual([true, true, true]);
  const wrong = [{ ...all, hashAlgo: "sha1" }, [{ domainName: "example.org" }], "pem"];
  expect(await Promise.all(wrong.map(fits))).toEqual([...[false, false, false]]);
});
