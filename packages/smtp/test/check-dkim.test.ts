import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { checkDkim } from "../src/check-dkim.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
const dkim = {
  domainName: "example.org",
  keySelector: "mail",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }),
};

test.each(["email-smtp.eu-west-1.amazonaws.com", "email-smtp-fips.us-east-1.amazonaws.com"])(
  "what SES writes anew is not signed for %s",
  (host) => {
    expect(checkDkim(dkim, host).skipFields).toBe("message-id:date");
    expect(checkDkim({ ...dkim, skipFields: "x-own" }, host).skipFields).toBe("x-own");
  },
);

test.each([
  "smtp.example.org",
  "email-smtp.eu-west-1.amazonaws.com.evil.test",
  "inbound-smtp.eu-west-1.amazonaws.com",
])("everything is signed for %s", (host) => {
  expect(checkDkim(dkim, host)).not.toHaveProperty("skipFields");
});
