import { chainFromEnv, loadChain, parseDsn } from "relais";
import { describe, expect, test } from "vitest";
import { problems } from "./settings.ts";

// Mail that leaves this machine without TLS does so because somebody said that it may.

const far = [
  "http://203.0.113.7",
  "http://localstack:4566",
  "http://[fd00::2]:4566",
  "http://127.0.0.1.example",
];
const near = ["http://localhost:4566", "http://127.0.0.2", "http://[::1]:4566", "https://203.0.113.7"];
const sentence = /endpoint:? must begin with https:\/\/: without TLS the mail could be read on its way/;
const key = {
  AWS_SES_REGION: "eu-west-1",
  AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SES_SECRET_ACCESS_KEY: "s3cret",
};

const byDsn = (endpoint: string, more = "") =>
  loadChain({
    config: parseDsn(
      `ses://AKIDEXAMPLE:s3cret@default?region=eu-west-1&endpoint=${encodeURIComponent(endpoint)}${more}`,
    ),
    env: {},
  });
const byFile = (endpoint: string, more = {}) =>
  loadChain({
    config: { chain: [{ use: "ses", options: { region: "eu-west-1", endpoint, ...more } }] },
    env: {},
  });
const byEnvironment = (endpoint: string, more = {}) =>
  loadChain({ config: { chain: [{ use: "ses" }] }, env: { ...key, AWS_SES_ENDPOINT: endpoint, ...more } });

describe.each(far)("%s", (endpoint) => {
  test("is refused by DSN, by file and by environment", async () => {
    await expect(byDsn(endpoint)).rejects.toThrow(sentence);
    await expect(byDsn(endpoint, "&allowInsecureHttp=false")).rejects.toThrow(sentence);
    await expect(byFile(endpoint)).rejects.toThrow(sentence);
    await expect(byEnvironment(endpoint)).rejects.toThrow(sentence);
    await expect(byEnvironment(endpoint, { AWS_SES_ALLOW_INSECURE_HTTP: "no" })).rejects.toThrow(sentence);
    expect(problems({ ...key, AWS_SES_ENDPOINT: endpoint })).toEqual([
      "AWS_SES_ENDPOINT must begin with https://: without TLS the mail could be read on its way. Where it may, as on the " +
        "way to LocalStack in a Compose network, set AWS_SES_ALLOW_INSECURE_HTTP=true beside it.",
    ]);
  });

  test("is taken where somebody says so", async () => {
    for (const chain of [
      await byDsn(endpoint, "&allowInsecureHttp=true"),
      await byFile(endpoint, { allowInsecureHttp: true }),
      await byEnvironment(endpoint, { AWS_SES_ALLOW_INSECURE_HTTP: "yes" }),
      chainFromEnv({ ...key, AWS_SES_ENDPOINT: endpoint, AWS_SES_ALLOW_INSECURE_HTTP: "1" }),
    ])
      await chain.close();
  });
});

test.each(near)("%s needs no word", async (endpoint) => {
  for (const chain of [
    await byDsn(endpoint),
    await byFile(endpoint),
    await byEnvironment(endpoint),
    chainFromEnv({ ...key, AWS_SES_ENDPOINT: endpoint }),
  ])
    await chain.close();
});

test("a word that is neither yes nor no is a problem, and nothing else is", () => {
  expect(
    problems({ ...key, AWS_SES_ENDPOINT: "https://ses.example", AWS_SES_ALLOW_INSECURE_HTTP: "perhaps" }),
  ).toEqual([expect.stringMatching(/^AWS_SES_ALLOW_INSECURE_HTTP .*must be true or false/)]);
});

test("a DSN may not name a proxy, for ses and the HTTP APIs as for smtp", () => {
  for (const dsn of ["ses://default", "resend://re_1@default", "smtp://mail.example.org"])
    expect(() => parseDsn(`${dsn}?proxy=http://p:3128`)).toThrow("may not set proxy");
});
