import { generateKeyPairSync } from "node:crypto";
import { option } from "@relais/core/spi";
import { type SmtpOptions, smtp } from "@relais/smtp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkOptions, smtpOptions } from "../src/options/options.ts";
import { ed25519Keys, rsaKeys } from "./dkim-keys.ts";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
const dkim = { domainName: "relais.test", keySelector: "s1", privateKey: "x" };
const short = rsaKeys(512).privateKey;
const keyed = { ...dkim, privateKey: ed25519Keys().privateKey };
const oauth2 = { type: "OAuth2", user: "ann" };
const hush = "hush-hush-secret";

const wrong: readonly (readonly [unknown, string])[] = [
  [null, "smtp: options must be an object, got null"],
  [{}, "smtp: host is missing"],
  [{ host: "" }, "smtp: host must not be empty"],
  [{ host: "a b" }, 'smtp: host must be a host name or an IP address, got "a b"'],
  // Not echoed: there may be a password in it.
  [{ host: "smtp://ann:pass-1@h" }, "smtp: host must be a host name or an IP address, not a URL"],
  [{ host: "h\r\nQUIT" }, "smtp: host must not contain control characters"],
  [{ port: 70_000 }, "smtp: port must be a whole number from 1 to 65535, got 70000"],
  [{ port: 25.5 }, "smtp: port must be a whole number from 1 to 65535, got 25.5"],
  [{ port: "25" }, "smtp: port must be a whole number from 1 to 65535, got a string"],
  [{ port: Number.NaN }, "smtp: port must be a whole number from 1 to 65535, got NaN"],
  [{ port: [] }, "smtp: port must be a whole number from 1 to 65535, got a list"],
  [{ secure: "yes" }, "smtp: secure must be true or false, got a string"],
  [{ socketTimeout: 1 }, 'smtp: "socketTimeout" is not an option; did you mean socketTimeoutMs?'],
  [{ requireTls: true }, 'smtp: "requireTls" is not an option; did you mean requireTLS?'],
  [{ rateLimit: 5 }, 'smtp: "rateLimit" is not an option'],
  [{ socketTimeoutMs: 0 }, `smtp: socketTimeoutMs must be a whole number from 1 to ${2 ** 31 - 1}, got 0`],
  [{ pool: { maxConnections: 0 } }, "smtp: pool.maxConnections must be a whole number from 1 to 1000, got 0"],
  [
    { pool: { maxConnection: 1 } },
    'smtp: "maxConnection" is not an option of pool; did you mean maxConnections?',
  ],
  [{ pool: 5 }, "smtp: pool must be true or false or an object, got a number"],
  [{ name: "evil\r\nMAIL" }, "smtp: name must not contain control characters"],
  [{ localAddress: "here" }, "smtp: localAddress must be an IP address"],
  [{ id: "" }, "smtp: id must be 1 to 64 letters, digits, ., _ or -"],
  [{ id: "SMTP:EU" }, "smtp: id must be 1 to 64 letters, digits, ., _ or -"],
  [
    { tls: { rejectUnauthorized: false } },
    "smtp: tls.rejectUnauthorized: false also needs allowInsecureTls: true",
  ],
  [{ tls: { ca: hush } }, "smtp: tls.ca is not a certificate in PEM"],
  [{ tls: { key: hush } }, "smtp: tls cannot be used as it is given"],
  [{ tls: { minVersion: hush } }, "smtp: tls cannot be used as it is given"],
  [{ tls: { checkServerIdentity: () => undefined } }, 'smtp: "checkServerIdentity" is not an option of tls'],
  [{ host: "mx.relais.test", ignoreTLS: true }, "smtp: ignoreTLS needs requireTLS: false beside it"],
  [{ proxy: `socks5://ann:${hush}@h:1` }, "smtp: proxy must be an http: or https: URL"],
  [{ auth: hush }, "smtp: auth must be an object"],
  [{ auth: { user: "ann" } }, "smtp: auth.pass is missing"],
  [{ auth: { user: "ann", pass: "" } }, "smtp: auth.pass must not be empty"],
  [
    { auth: { user: "ann", pass: hush, method: hush } },
    'smtp: auth.method must be "PLAIN" or "LOGIN" or "CRAM-MD5"',
  ],
  [{ auth: { user: "ann", password: hush } }, 'smtp: "password" is not an option of auth'],
  [{ auth: { ...oauth2 } }, "smtp: auth needs one of accessToken, refreshToken, serviceClient, provideToken"],
  [{ auth: { ...oauth2, serviceClient: "c" } }, "smtp: auth.serviceClient needs auth.privateKey"],
  [
    { auth: { ...oauth2, serviceClient: "c", privateKey: hush } },
    "smtp: auth.privateKey is not a private key in PEM",
  ],
  [
    { auth: { ...oauth2, refreshToken: hush, accessUrl: "http://tokens.test" } },
    "smtp: auth.accessUrl must be an https: URL",
  ],
  [{ dkim: { ...dkim, privateKey: hush } }, "smtp: dkim.privateKey is not a private key in PEM"],
  [
    { dkim: { ...dkim, privateKey: "-----BEGIN PRIVATE KEY-----\\nhush\\n-----END PRIVATE KEY-----" } },
    "smtp: dkim.privateKey is not a private key in PEM: it has \\n as two characters where a line ends",
  ],
  [{ dkim: { ...dkim, privateKey: ec } }, "smtp: dkim.privateKey must be an RSA or an Ed25519 key"],
  [{ dkim: { ...dkim, privateKey: short } }, "smtp: dkim.privateKey must have 1024 bits or more"],
  [{ dkim: [keyed, { ...keyed, privateKey: hush }] }, "smtp: dkim[1].privateKey is not a private key in PEM"],
  [
    { dkim: [{ ...keyed, keySelector: "s2" }, keyed, { ...keyed, domainName: "RELAIS.test" }] },
    "smtp: dkim[2] has the domainName and keySelector of dkim[1]",
  ],
  [{ dkim: [keyed, null] }, "smtp: dkim[1] must be an object, got null"],
  [{ dkim: { ...keyed, keys: [] } }, 'smtp: "keys" is not an option of dkim'],
  [
    { dkim: { ...keyed, skipFields: "date:FROM" } },
    "smtp: dkim.skipFields must not have From, which is always signed (RFC 6376, 5.4)",
  ],
  [
    { dkim: { ...keyed, headerFieldNames: "To, Subject" } },
    'smtp: dkim.headerFieldNames must be header names with colons between, got "To, Subject"',
  ],
  [
    { dkim: { ...keyed, extraFields: "X-Own:Received" } },
    "smtp: dkim must not sign received, which changes on the way",
  ],
  [{ dkim: { ...dkim, domainName: "x; s=y" } }, "smtp: dkim.domainName must be a domain name"],
  [{ dkim: { domainName: "relais.test" } }, "smtp: dkim.keySelector is missing"],
];

const given = (options: unknown): SmtpOptions =>
  (typeof options === "object" && options !== null && Object.keys(options).length > 0
    ? { host: "localhost", ...options }
    : options) as SmtpOptions;

describe("smtp() refuses", () => {
  test.for(wrong)("%o: %s", ([options, sentence]) => {
    let thrown: unknown;
    try {
      smtp(given(options));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown instanceof TypeError || thrown instanceof RangeError).toBe(true);
    expect((thrown as Error).message).toContain(sentence);
    expect((thrown as Error).message).not.toContain(hush);
    expect((thrown as Error).message).not.toContain("\n");
  });
});

describe("defaults", () => {
  const auth = { user: "ann", pass: "sesame-42" };
  test.for([
    [{ host: "mx.relais.test" }, { port: 587, secure: false, requireTLS: true }],
    [
      { host: "mx.relais.test", secure: true },
      { port: 465, secure: true, requireTLS: false },
    ],
    [
      { host: "mx.relais.test", port: 465 },
      { port: 465, secure: true },
    ],
    [
      { host: "mx.relais.test", port: 465, secure: false },
      { secure: false, requireTLS: true },
    ],
    [{ host: "mx.relais.test", requireTLS: false }, { requireTLS: false }],
    [{ host: "localhost" }, { requireTLS: false, id: "SMTP" }],
    [{ host: "127.0.0.5" }, { requireTLS: false }],
    [{ host: "::1" }, { requireTLS: false }],
    [{ host: "127.0.0.1.evil.test" }, { requireTLS: true }],
    [{ host: "localhost.evil.test" }, { requireTLS: true }],
    [{ host: "localhost", auth }, { requireTLS: true }],
    [
      { host: "localhost" },
      {
        connectionTimeoutMs: 10_000,
        greetingTimeoutMs: 30_000,
        socketTimeoutMs: 60_000,
        maxResponseBytes: 65_536,
      },
    ],
    [
      { host: "localhost" },
      {
        tls: { minVersion: "TLSv1.2" },
        pool: { maxConnections: 5, maxMessages: Number.POSITIVE_INFINITY, idleTimeoutMs: 30_000 },
      },
    ],
    [
      { host: "localhost", pool: false },
      { pool: { maxConnections: 5, maxMessages: 1, idleTimeoutMs: 30_000 } },
    ],
    [
      { host: "localhost", tls: { rejectUnauthorized: false }, allowInsecureTls: true },
      { tls: { minVersion: "TLSv1.2", rejectUnauthorized: false } },
    ],
  ] as const)("of %o are %o", ([options, settings]) => {
    expect(checkOptions(options)).toMatchObject(settings);
  });
});

test("code and a configuration file take the same values", async () => {
  // As a configuration reads it, without the last look that both share.
  const schema = option.forPlugin<SmtpOptions>(smtpOptions, () => undefined).options["~standard"];
  const number = fc.oneof(
    fc.constantFrom(-1, 0, 0.5, 1, 1_000, 1_001, 1_024, 65_535, 65_536, 16_777_217, 2 ** 31 - 1, 2 ** 31),
    fc.constantFrom("25", null),
  );
  const flag = fc.constantFrom<unknown>(true, false, "true", 1, null);
  const text = fc.constantFrom<unknown>("h.example", "", 5, null, ["h"]);
  const pool = fc.record({ maxConnections: number, maxMessages: number, idleTimeoutMs: number });
  const auth = fc.record({ user: text, pass: text, method: fc.constantFrom("PLAIN", "NTLM") });
  const fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    host: text,
    port: number,
    secure: flag,
    name: text,
    pool: fc.oneof(
      flag,
      ...["maxConnections", "maxMessages", "idleTimeoutMs"].map((name) =>
        number.map((value) => ({ [name]: value })),
      ),
      pool,
    ),
    connectionTimeoutMs: number,
    maxResponseBytes: number,
    tls: fc.record({ rejectUnauthorized: flag }),
    auth,
    unheardOf: number,
  };
  // One field is arbitrary, so that it decides.
  const options = fc
    .constantFrom(...Object.entries(fields))
    .chain(([name, value]) =>
      value.map((one) => ({ host: "h.example", allowInsecureTls: true, [name]: one })),
    );
  const seen = { taken: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(options, async (value) => {
      let taken = true;
      try {
        checkOptions(value as SmtpOptions);
      } catch {
        taken = false;
      }
      seen[taken ? "taken" : "refused"] += 1;
      expect((await schema.validate(value)).issues === undefined).toBe(taken);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(500);
});
