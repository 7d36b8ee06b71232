import fc from "fast-check";
import { expect, test } from "vitest";
import { dkimSigner } from "../src/attempt/dkim.ts";
import { checkOptions } from "../src/options/options.ts";
import { ed25519Keys, rsaKeys } from "./dkim-keys.ts";
import { dkimVerdicts } from "./dkim-verdict.ts";

const [rsa, edwards] = [rsaKeys(1_024), ed25519Keys()];
const dns = { "s1._domainkey.relais.test": rsa.publicKey, "s2._domainkey.relais.test": edwards.publicKey };
const domainName = "relais.test";
const signer = dkimSigner(
  checkOptions({
    host: "localhost",
    dkim: [
      { domainName, keySelector: "s1", privateKey: rsa.privateKey, extraFields: "X-Own" },
      { domainName, keySelector: "s2", privateKey: edwards.privateKey, extraFields: "X-Own" },
    ],
  }).dkim,
);

const pieces = (...more: string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom("a", "B:c", ";", "=", "Grüße", "à", "—", " ", "  ", "\t", ...more), {
      maxLength: 20,
    })
    .map((all) => Buffer.from(all.join("")).toString("latin1"));
const folds = ["\r\n ", "\r\n\t", " \r\n  "];
const names = [
  "To",
  "SUBJECT",
  "cc",
  "Reply-To",
  "List-Unsubscribe-Post",
  "X-Own",
  "X-Other",
  "Content-Type",
];
// A line of blanks alone would end the header for some readers.
const value = pieces(...folds).map((text) => `v${text}v`);
const header = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom(":", ": ", " : ", ":\t"), value)
  .map((parts) => parts.join(""));
const body = pieces("\r\n", "\r\n\r\n", "\n", "\r", ".", " \r\n", "a".repeat(70));

test("whatever is signed holds, for RSA and for Ed25519", async () => {
  const mail = fc.tuple(fc.array(header, { maxLength: 12 }), body);
  await fc.assert(
    fc.asyncProperty(mail, async ([headers, text]) => {
      const lines = ["From: a@relais.test", ...headers].join("\r\n");
      const bytes = Buffer.from(`${lines}\r\n\r\n${text}`, "latin1");
      const signed = await signer(bytes, "a@relais.test");
      expect(signed.subarray(signed.length - bytes.length).equals(bytes)).toBe(true);
      expect(
        signed
          .toString("latin1")
          .split("\r\n")
          .every((line) => line.length < 999),
      ).toBe(true);
      // As nodemailer writes it to a server.
      const wire = signed.toString("latin1").replace(/\r\n?|\n/g, "\r\n");
      const verdicts = await dkimVerdicts(Buffer.from(wire, "latin1"), dns);
      expect(verdicts.map(({ result, algorithm }) => `${algorithm} ${result}`)).toEqual([
        "rsa-sha256 pass",
        "ed25519-sha256 pass",
      ]);
    }),
    { numRuns: 300 },
  );
});

test("a buffer is signed once, however often it is asked for", async () => {
  const bytes = Buffer.from("From: a@relais.test\r\n\r\nx\r\n");
  const [first, second] = await Promise.all([signer(bytes, "a@relais.test"), signer(bytes, "a@relais.test")]);
  expect(second).toBe(first);
  expect(await signer(bytes, "a@relais.test")).toBe(first);
});
