import { brevo, http, mailgun, postmark, resend, sendgrid } from "@relais/http";
import { describe, expect, test } from "vitest";
import { vendors } from "./vendors.ts";

// biome-ignore lint/suspicious/noExplicitAny: what JavaScript callers may hand over
const any = (value: unknown): any => value;

test.each([
  [() => resend(any(undefined)), "resend: options must be an object, got nothing"],
  [() => resend(any({})), "resend: apiKey is missing"],
  [() => resend(any({ apiKey: 5 })), "resend: apiKey must be a string"],
  [
    () => resend({ apiKey: "re_\r\nx: y" }),
    "resend: apiKey must be 1 to 512 ASCII characters without blanks",
  ],
  [() => resend(any({ apikey: "re_1" })), 'resend: "apikey" is not an option; did you mean apiKey?'],
  [() => resend(any({ apiKey: "re_1", zzzzzzzzz: 1 })), 'resend: "zzzzzzzzz" is not an option'],
  [() => postmark(any({ serverToken: "" })), /^postmark: serverToken must be 1 to 512/],
  [() => sendgrid(any({ token: "x" })), /^sendgrid: "token" is not an option/],
  [() => mailgun(any({ apiKey: "k" })), "mailgun: domain is missing"],
  [() => mailgun({ apiKey: "k", domain: "a/b.example" }), "mailgun: domain must be a domain name"],
  [
    () => mailgun(any({ apiKey: "k", domain: "mg.example.com", region: "mars" })),
    'mailgun: region must be "us" or "eu"',
  ],
  [() => brevo({ apiKey: "k", id: " " }), /^brevo: id must be 1 to 64/],
  [() => http(any({})), "http: api is missing"],
  [() => http(any({ api: { name: "X" } })), "http: api.endpoint is missing"],
])("%s says %s", (make, message) => {
  expect(make).toThrow(message);
});

describe.each(vendors)("$name", (vendor) => {
  test.each([
    ["not a url", "endpoint is not a URL"],
    ["ftp://127.0.0.1", "endpoint must begin with https://"],
    ["http://api.example.com", "endpoint must begin with https://: without TLS"],
    ["http://127.0.0.1.example.com", "endpoint must begin with https://: without TLS"],
    ["https://user:pa55@api.example.com", "endpoint may not hold a user or a password"],
    ["https://api.example.com/?key=1", "endpoint may not hold a query or a fragment"],
  ])("endpoint %s: %s", (endpoint, message) => {
    expect(() => vendor.make({ endpoint })).toThrow(message);
    try {
      vendor.make({ endpoint });
    } catch (thrown) {
      expect(String(thrown)).not.toContain("pa55");
    }
  });

  test.each(["http://localhost:1", "http://[::1]:1", "http://127.0.0.1:1/base", "https://api.example.com"])(
    "endpoint %s will do",
    (endpoint) => {
      expect(vendor.make({ endpoint }).id).toBe(vendor.id);
    },
  );

  test.each([
    [{ maxConnections: 0 }, RangeError],
    [{ maxConnections: 1.5 }, RangeError],
    [{ connectionTimeoutMs: any("1") }, TypeError],
    [{ ca: any(5) }, TypeError],
  ])("%o is not taken", (options, type) => {
    expect(() => vendor.make(options)).toThrow(type);
  });

  test("the id may be another", () => {
    expect(vendor.make({ id: "second" }).id).toBe("second");
  });
});
