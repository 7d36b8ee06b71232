import { errorTables } from "@relais/http";
import { describe, expect, test } from "vitest";
import { httpApis, parseDsn } from "../../src/config/parse-dsn.ts";

const secret = "s3cr3t-s3cr3t";

test("every vendor of @relais/http has a scheme", () => {
  expect([...Object.keys(httpApis), "otherwise"]).toEqual(Object.keys(errorTables));
});

test.each([
  ["smtp://h", [{ use: "smtp", options: { host: "h" } }]],
  [
    "smtps://u%40x:p%3A%2F@h:465",
    [{ use: "smtp", options: { host: "h", port: 465, secure: true, auth: { user: "u@x", pass: "p:/" } } }],
  ],
  [
    "smtp://[::1]:25?name=me&pool.maxConnections=2&id=A&timeoutMs=100",
    [
      {
        use: "smtp",
        id: "A",
        timeoutMs: 100,
        options: { host: "::1", port: 25, name: "me", pool: { maxConnections: 2 } },
      },
    ],
  ],
  ["ses://default?region=eu-west-1", [{ use: "ses", options: { region: "eu-west-1" } }]],
  [
    "ses://K:S%2B@default",
    [{ use: "ses", options: { credentials: { accessKeyId: "K", secretAccessKey: "S+" } } }],
  ],
  [
    "resend://K%2B@default?id=R&timeoutMs=5&afterHandOverMs=7",
    [{ use: "http", id: "R", timeoutMs: 5, afterHandOverMs: 7, options: { api: "resend", apiKey: "K+" } }],
  ],
  ["postmark://T@default", [{ use: "http", options: { api: "postmark", serverToken: "T" } }]],
  ["sendgrid://K@default?api=brevo", [{ use: "http", options: { api: "sendgrid", apiKey: "K" } }]],
  [
    "mailgun://K@default?domain=mg.example.com",
    [{ use: "http", options: { api: "mailgun", apiKey: "K", domain: "mg.example.com" } }],
  ],
  ["brevo://default", [{ use: "http", options: { api: "brevo" } }]],
  [
    "failover(smtp://a  smtp://b)",
    [
      { use: "smtp", options: { host: "a" } },
      { use: "smtp", options: { host: "b" } },
    ],
  ],
  [
    "failover(failover(smtp://a smtp://b) ses://default)",
    [
      {
        chain: [
          { use: "smtp", options: { host: "a" } },
          { use: "smtp", options: { host: "b" } },
        ],
      },
      { use: "ses", options: {} },
    ],
  ],
])("%s", (dsn, chain) => {
  expect(parseDsn(dsn)).toEqual({ chain });
});

describe("refused", () => {
  test.each([
    ["", "has a part that is not a URL, as smtp://user:password@host:587 is"],
    ["nonsense", "has a part that is not a URL, as smtp://user:password@host:587 is"],
    [
      `ftp://u:${secret}@h`,
      `has a scheme that is not known: "ftp"; smtp, smtps, ses, ${Object.keys(httpApis).join(", ")} or failover(…)`,
    ],
    [`resend://u:${secret}@default`, "must say the key of resend alone, as resend://KEY@default does"],
    [
      `resend://${secret}@api.resend.com`,
      'must say "default" as the host of resend; set another with endpoint',
    ],
    [`resend://${secret}@default:99`, 'must say "default" as the host of resend; set another with endpoint'],
    [
      `resend://${secret}@default?ca=x`,
      "may not set ca: options that can weaken security belong in a configuration file",
    ],
    [`smtp://u:${secret}@h:70000`, "has a port that is out of range: 1 to 65535"],
    ["smtp://localhost:99999", "has a port that is out of range: 1 to 65535"],
    ["localhost:25", "as smtp://user:password@host:587 is: its scheme is missing"],
    ["mail.example.org", "as smtp://user:password@host:587 is: its scheme is missing"],
    ["failover(smtp://a smtp://b", "must be written failover(… …): a parenthesis is missing"],
    ["failover smtp://a smtp://b)", "must be written failover(… …): a parenthesis is missing"],
    ["smtp://a,smtp://b", "has several URLs in one part: write failover(… …) with a blank between them"],
    [`failover(smtp://a,smtp://u:${secret}@b)`, "has several URLs in one part"],
    ["smtp://a smtp://b", "has several URLs in one part"],
    [`smtp://u:${secret}@h/x`, "has a path behind its smtp host, which means nothing"],
    [`smtp://u:${secret}%zz@h`, "holds a % that is not the beginning of an escape"],
    [
      `smtp://u:${secret}@h?tls.rejectUnauthorized=false`,
      "may not set tls.rejectUnauthorized: options that can weaken security belong in a configuration file",
    ],
    [
      `smtp://u:${secret}@h?requireTLS=false`,
      "may not set requireTLS: options that can weaken security belong in a configuration file",
    ],
    [
      `smtp://u:${secret}@h?IgnoreTLS=true`,
      "may not set IgnoreTLS: options that can weaken security belong in a configuration file",
    ],
    [
      `smtp://u:${secret}@h?logger=true`,
      "may not set logger: options that can weaken security belong in a configuration file",
    ],
    [`smtp://u:${secret}@h?__proto__.x=1`, 'has an option that is none: "__proto__.x"'],
    ["ses://eu-west-1", 'must say "default" as the host of ses; set another with endpoint'],
    ["failover()", "has a failover() with nothing in it"],
    ["failover((smtp://h)", "opens a parenthesis that it does not close"],
  ])("%s", (dsn, sentence) => {
    let result = "";
    try {
      parseDsn(dsn);
    } catch (error) {
      result = error instanceof Error ? error.message : "";
    }
    expect(result).toContain(sentence);
    expect(result).not.toContain(secret);
    // A hint at passwords where none is to blame leads astray.
    if (/out of range|scheme is missing|parenthesis is missing|several URLs/.test(sentence))
      expect(result).not.toContain("%2F");
  });
});
