import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadChain } from "../../src/config/load-chain.ts";
import { maskSecrets } from "../../src/config/mask-secrets.ts";
import { runHere } from "../cli/run-here.ts";

const secret = fc
  .string({
    unit: fc.constantFrom(..."ABCDEFGHKLMNPQRSTabcdefghkmnpqrst23456789"),
    minLength: 20,
    maxLength: 32,
  })
  .filter((text) => /[a-z]/i.test(text) && /\d/.test(text));
/** Fields that hold a secret, as options of providers, headers and webhooks have them. */
const named = fc.constantFrom(
  "pass",
  "password",
  "smtpPass",
  "apiKey",
  "api_key",
  "serverToken",
  "X-Postmark-Server-Token",
  "authorization",
  "Authorization",
  "x-auth",
  "clientSecret",
  "secretAccessKey",
  "privateKey",
  "webhook",
  "webhookUrl",
  "Cookie",
  "signature",
);
/** Texts that let somebody in under any name. */
const telling = (text: string) =>
  fc.constantFrom(
    `Bearer ${text}`,
    `bearer ${text}`,
    `Basic ${text}`,
    `https://ann:${text}@api.example.org/v1`,
    `https://${text}@api.example.org`,
    `smtp://relais:${text}@mail.example.org:587?pool=true`,
    `postgres://relais:${text}@db/app`,
    `https://hooks.slack.com/services/T0AB/B0CD/${text}`,
    `https://discord.com/api/webhooks/1234/${text}`,
    `https://acme.webhook.office.com/webhookb2/${text}`,
    `https://api.example.org/bot${text}/sendMessage`,
    `https://api.example.org/send?api_key=${text}&to=ann`,
    `https://api.example.org/send?to=ann&x=${text}`,
    `https://api.example.org/send?${text}`,
    `https://api.example.org/send#${text}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${text}\n-----END RSA PRIVATE KEY-----`,
  );

const none: ReadonlySet<string> = new Set();

describe("what relais config shows", () => {
  test("has no secret by the name of its field, in lists and numbers too", () => {
    fc.assert(
      fc.property(named, secret, fc.nat(9_999_999), (name, text, pin) => {
        const shown = JSON.stringify(
          maskSecrets(
            { options: { [name]: text, inner: { [name]: [text, text] }, pin: { [name]: pin + 1e6 } } },
            none,
          ),
        );
        expect(shown).not.toContain(text);
        expect(shown).not.toContain(String(pin + 1e6));
      }),
    );
  });

  test("has no secret that its own text gives away", () => {
    fc.assert(
      fc.property(
        secret.chain((text) => fc.tuple(fc.constant(text), telling(text))),
        ([text, value]) => {
          expect(JSON.stringify(maskSecrets({ endpoint: value, list: [{ value }] }, none))).not.toContain(
            text,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test("has nothing that a variable gave, as a whole or in part", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(..."abcxyz"), minLength: 3, maxLength: 9 }),
        async (text) => {
          const name = `n-${text}.example.org`;
          const options = { host: "a.example.org", name: "${NAME}", proxy: "http://${NAME}:8080" };
          const config = { chain: [{ use: "smtp", id: "A", options }] };
          const chain = await loadChain({ config, env: { NAME: ` ${name}\n` } });
          const shown = chain.effective() as { chain: [{ options: object }] };
          expect(shown.chain[0].options).toEqual({ host: "a.example.org", name: "***", proxy: "***" });
          await chain.close();
        },
      ),
      { numRuns: 20 },
    );
  });

  test("has all the rest: hosts, regions, times, addresses of services, and defaults of the file", async () => {
    const shown = {
      use: "smtp",
      id: "PARIS",
      options: {
        host: "email-smtp.eu-west-1.amazonaws.com",
        port: 587,
        secure: false,
        keySelector: "s1",
        accessKeyId: "AKIDEXAMPLE",
        endpoint: "https://email.eu-west-1.amazonaws.com:443/v2/email?trace=on",
        fromArn: "arn:aws:ses:eu-west-1:123456789012:identity/example.org",
        ca: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
      },
      timeoutMs: 30_000,
    };
    expect(maskSecrets(shown, none)).toEqual(shown);
    const dsn = "ses://AKIDEXAMPLE:hunter2-hunter2@default?region=eu-west-1";
    expect((await runHere(["config", "--dsn", dsn])).out).toMatch(/region: eu-west-1\n/);
    const options = { host: "${HOST:-b.example.org}" };
    const chain = await loadChain({ config: { chain: [{ use: "smtp", options }] }, env: {} });
    expect(chain.effective()).toMatchObject({ chain: [{ options: { host: "b.example.org" } }] });
    await chain.close();
  });
});
