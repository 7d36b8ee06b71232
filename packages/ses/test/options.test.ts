import { inspect } from "node:util";
import { type SesOptions, ses } from "@relais/ses";
import fc from "fast-check";
import { expect, test } from "vitest";

const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "hunter2-hunter2" };

test.each<[unknown, string]>([
  [null, "options must be an object, got null"],
  [[], "options must be an object, got a list"],
  [{ regoin: "eu-west-1" }, '"regoin" is not an option; did you mean region?'],
  [{ configurationset: "x" }, '"configurationset" is not an option; did you mean configurationSet?'],
  [{ requestTimeoutMs: 1 }, '"requestTimeoutMs" is not an option'],
  [{ __proto__: null, constructor: 1 }, '"constructor" is not an option'],
  [{ id: 7 }, "id must be 1 to 64 letters, digits, ., _ or -"],
  [{ id: "a b" }, "id must be 1 to 64 letters, digits, ., _ or -"],
  [{ region: "Ireland" }, "region must be the name of an AWS region, such as eu-west-1"],
  [{ endpoint: "127.0.0.1:80" }, "endpoint is not a URL"],
  [{ endpoint: "ftp://127.0.0.1" }, "endpoint must begin with https:// or http://"],
  [{ endpoint: "https://u:hunter2-hunter2@h" }, "endpoint may not hold a user or a password"],
  [{ endpoint: "https://h/?a=b" }, "endpoint may not hold a query or a fragment"],
  [{ allowInsecureHttp: "yes" }, "allowInsecureHttp must be true or false, got a string"],
  [{ proxy: "socks5://u:hunter2-hunter2@h" }, "proxy must be an http: or https: URL"],
  [
    { credentials: "hunter2-hunter2" },
    "credentials must be an object or a function that gives one, got a string",
  ],
  [
    { credentials: { ...key, secret: 1 } },
    '"secret" is not an option of credentials; did you mean secretAccessKey?',
  ],
  [
    { credentials: { ...key, sesionToken: "x" } },
    '"sesionToken" is not an option of credentials; did you mean sessionToken?',
  ],
  [{ credentials: { accessKeyId: "A" } }, "credentials.secretAccessKey is missing"],
  [
    { credentials: { ...key, secretAccessKey: 7 } },
    "credentials.secretAccessKey must be a string, got a number",
  ],
  [{ credentials: { ...key, secretAccessKey: "" } }, "credentials.secretAccessKey must not be empty"],
  [
    { credentials: { ...key, secretAccessKey: "hunter2-hunter2\n" } },
    "credentials.secretAccessKey has a blank, a line break or a character outside ASCII",
  ],
  [{ credentials: { ...key, expiration: "soon" } }, "credentials.expiration must be a Date"],
  [{ configurationSet: "a b" }, "configurationSet must be 1 to 256 letters, digits, _ or -"],
  [{ tags: ["a"] }, "tags must be an object, got a list"],
  [{ tags: { "a b": "c" } }, "tags must have names and values of 1 to 256 letters, digits, _ or -"],
  [
    { tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, "x"])) },
    "tags has 51 entries; at most 50 are allowed",
  ],
  [{ fromArn: "arn:aws:s3:::bucket" }, "fromArn must be the ARN of an SES identity"],
  [{ ca: "not a certificate" }, "ca must be PEM certificates"],
  [{ maxConnections: 0 }, "maxConnections must be a whole number from 1 to 1000, got 0"],
  [{ maxConnections: "5" }, "maxConnections must be a whole number from 1 to 1000, got a string"],
  [
    { maxBytesUnderWay: Number.NaN },
    "maxBytesUnderWay must be a whole number from 1 to 9007199254740991, got NaN",
  ],
  [{ connectionTimeoutMs: 0.5 }, "connectionTimeoutMs must be a whole number from 1 to 600000, got 0.5"],
])("%# is refused: %j", (options, sentence) => {
  let thrown: unknown;
  try {
    ses(options as SesOptions);
  } catch (caught) {
    thrown = caught;
  }
  expect(thrown).toBeInstanceOf(Error);
  expect((thrown as Error).message).toBe(`ses: ${sentence}`);
  expect(["TypeError", "RangeError"]).toContain((thrown as Error).name);
  expect(inspect(thrown)).not.toContain("hunter2-hunter2");
});

test("every option is optional, and undefined is absent", () => {
  expect(ses().id).toBe("SES");
  expect(ses({ id: undefined, region: undefined, credentials: undefined }).id).toBe("SES");
  expect(ses({ id: "SES-EU", region: "us-gov-west-1", credentials: key }).id).toBe("SES-EU");
});

test("a provider shows nothing of what it was made from", () => {
  const provider = ses({ credentials: key });
  expect(Object.isFrozen(provider)).toBe(true);
  expect(inspect(provider, { depth: 10, showHidden: true })).not.toContain(key.secretAccessKey);
  // Its limits are SES's own, and no secret.
  expect(Object.keys(JSON.parse(JSON.stringify(provider)))).toEqual(["id", "limits"]);
});

// Each as a URL's host: on this machine, and off it.
const byte = fc.integer({ min: 0, max: 255 });
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const near = fc.oneof(
  fc.constantFrom(
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "127.1",
    "0x7f000001",
    "2130706433",
  ),
  label.map((name) => `${name}.localhost`),
  fc.tuple(byte, byte, byte).map(([b, c, d]) => `127.${b}.${c}.${d}`),
);
const far = fc.oneof(
  fc.constantFrom(
    "0.0.0.0",
    "[::]",
    "[fe80::1]",
    "[fd00::2]",
    "[::ffff:10.0.0.1]",
    "169.254.169.254",
    "host.docker.internal",
  ),
  fc.constantFrom(
    "localhost.example",
    "127.0.0.1.example",
    "localhostx",
    "notlocalhost",
    "localhost.localdomain",
    "128.0.0.1",
  ),
  fc.tuple(byte, byte).map(([c, d]) => `192.168.${c}.${d}`),
  fc.tuple(byte, byte, byte).map(([b, c, d]) => `10.${b}.${c}.${d}`),
  fc.tuple(byte, byte).map(([c, d]) => `203.0.${c}.${d}`),
  label.filter((name) => name !== "localhost"),
  fc
    .tuple(label, label)
    .filter(([, top]) => top !== "localhost")
    .map((parts) => parts.join(".")),
);
const around = fc.tuple(fc.constantFrom("", ":80", ":4566"), fc.constantFrom("", "/", "/base"));

test("without TLS an endpoint is on this machine, or said to be fine", () => {
  fc.assert(
    fc.property(near, around, (host, [port, path]) => {
      expect(ses({ endpoint: `http://${host}${port}${path}` }).id).toBe("SES");
    }),
  );
  fc.assert(
    fc.property(far, around, fc.constantFrom("http", "HTTP"), (host, [port, path], scheme) => {
      const endpoint = `${scheme}://${host}${port}${path}`;
      for (const allowInsecureHttp of [undefined, false])
        expect(() => ses({ endpoint, allowInsecureHttp })).toThrow(
          /^ses: endpoint must begin with https:\/\/: without TLS/,
        );
      expect(ses({ endpoint, allowInsecureHttp: true }).id).toBe("SES");
      expect(ses({ endpoint: `https://${host}${port}${path}` }).id).toBe("SES");
    }),
  );
});
