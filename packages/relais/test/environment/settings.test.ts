import { ConfigurationError, chainFromEnv } from "relais";
import { describe, expect, test } from "vitest";
import { problems, type Settings } from "./settings.ts";

const ids = (env: Settings) => chainFromEnv(env).links.map(({ id }) => id);
const keys = { AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SES_SECRET_ACCESS_KEY: "secret" };
const smtp = { SMTP_HOST: "mail.example.org" };
const ses = { AWS_SES_REGION: "eu-west-1", ...keys };
const nothing =
  "No e-mail provider is configured: set SMTP_HOST (with SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASS), or " +
  "AWS_SES_REGION (with AWS_SES_ACCESS_KEY_ID, AWS_SES_SECRET_ACCESS_KEY), or both.";

describe("what is configured", () => {
  test("both: SMTP first, SES next", () => expect(ids({ ...ses, ...smtp })).toEqual(["SMTP", "SES"]));
  test("only SMTP: a chain of one", () => expect(ids(smtp)).toEqual(["SMTP"]));
  test("only SES: a chain of one", () => expect(ids(ses)).toEqual(["SES"]));
  test("SES without keys takes what AWS gives the machine", () =>
    expect(ids({ AWS_SES_REGION: "eu-west-1" })).toEqual(["SES"]));
  test("nothing: a sentence that says what to set", () => {
    expect(problems({})).toEqual([nothing]);
    expect(() => chainFromEnv({})).toThrow(ConfigurationError);
  });
  test("empty and blank values are none", () => {
    expect(problems({ SMTP_HOST: "", SMTP_PORT: " ", AWS_SES_REGION: "\t", SMTP_PASS_FILE: "" })).toEqual([
      nothing,
    ]);
  });
  test("AWS_REGION alone configures nothing: every machine of AWS has it", () =>
    expect(problems({ AWS_REGION: "eu-west-1" })).toEqual([nothing]));
});

describe("what is wrong is said in one sentence", () => {
  const missing = "AWS_SES_REGION is missing: SES needs a region, as in eu-west-1.";
  test.each<[Settings, ...string[]]>([
    [{ ...smtp, SMTP_USER: "ann" }, "SMTP_USER is set, but SMTP_PASS is not."],
    [{ ...smtp, SMTP_PASS: "hunter2" }, "SMTP_PASS is set, but SMTP_USER is not."],
    [{ SMTP_USER: "ann", SMTP_PASS: "hunter2" }, "SMTP_USER is set, but SMTP_HOST is not."],
    [{ ...ses, SMTP_PORT: "25" }, "SMTP_PORT is set, but SMTP_HOST is not."],
    [{ SMTP_FORCE_FAIL: "true" }, "SMTP_FORCE_FAIL is set, but SMTP_HOST is not."],
    [{ ...smtp, SMTP_PORT: "0" }, "SMTP_PORT must be a whole number from 1 to 65535."],
    [{ ...smtp, SMTP_PORT: "65536" }, "SMTP_PORT must be a whole number from 1 to 65535."],
    [{ ...smtp, SMTP_PORT: "587.5" }, "SMTP_PORT must be a whole number from 1 to 65535."],
    [{ ...smtp, SMTP_PORT: "0x24b" }, "SMTP_PORT must be a whole number from 1 to 65535."],
    [{ ...smtp, SMTP_SECURE: "tls" }, "SMTP_SECURE must be true or false."],
    [{ ...smtp, SMTP_REQUIRE_TLS: "maybe" }, "SMTP_REQUIRE_TLS must be true or false."],
    [{ ...smtp, SMTP_FORCE_FAIL: "2" }, "SMTP_FORCE_FAIL must be true or false."],
    [
      { SMTP_HOST: "not a host" },
      'SMTP_* cannot be used: smtp: host must be a host name or an IP address, got "not a host".',
    ],
    [
      { ...smtp, SMTP_USER: "a\tb", SMTP_PASS: "hunter2" },
      "SMTP_* cannot be used: smtp: auth.user must not contain control characters.",
    ],
    [keys, missing],
    [{ AWS_SES_ENDPOINT: "http://127.0.0.1:9" }, missing],
    [
      { AWS_SES_REGION: "eu-west-1", AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE" },
      "AWS_SES_ACCESS_KEY_ID is set, but AWS_SES_SECRET_ACCESS_KEY is not.",
    ],
    [
      { AWS_SES_REGION: "eu-west-1", AWS_SES_SECRET_ACCESS_KEY: "hunter2" },
      "AWS_SES_SECRET_ACCESS_KEY is set, but AWS_SES_ACCESS_KEY_ID is not.",
    ],
    [
      { AWS_SES_REGION: "eu-west-1", AWS_SES_SESSION_TOKEN: "hunter2" },
      "AWS_SES_SESSION_TOKEN is set, but AWS_SES_ACCESS_KEY_ID is not.",
    ],
    [
      { ...ses, AWS_SES_REGION: "Ireland" },
      "AWS_SES_* cannot be used: ses: region must be the name of an AWS region, such as eu-west-1.",
    ],
    [{ ...ses, AWS_SES_ENDPOINT: "localhost" }, "AWS_SES_* cannot be used: ses: endpoint is not a URL."],
    [
      { ...smtp, AWS_SES_FROM_EMAIL: "shop" },
      'AWS_SES_FROM_EMAIL cannot be used: "shop" is not an address: it has no @.',
    ],
  ])("%o", (env, ...sentences) => expect(problems(env)).toEqual(sentences));

  test("flags may be written in several ways", () => {
    for (const yes of ["true", "1", "YES", " on "])
      expect(ids({ ...smtp, SMTP_SECURE: yes })).toEqual(["SMTP"]);
    for (const no of ["false", "0", "No", "off"])
      expect(ids({ ...smtp, SMTP_FORCE_FAIL: no, NODE_ENV: "production" })).toEqual(["SMTP"]);
  });

  test("all of it at once, of both providers and the sender", () => {
    const env = {
      SMTP_HOST: "not a host",
      SMTP_PORT: "smtp",
      SMTP_USER: "ann",
      SMTP_FORCE_FAIL: "true",
      NODE_ENV: "production",
      AWS_SES_SECRET_ACCESS_KEY: "hunter2",
      AWS_SES_ENDPOINT: "localhost",
      AWS_SES_FROM_EMAIL: "shop",
    };
    expect(problems(env)).toEqual([
      "SMTP_PORT must be a whole number from 1 to 65535.",
      "SMTP_FORCE_FAIL is for rehearsing the fallback and may not be true where NODE_ENV is production.",
      "SMTP_USER is set, but SMTP_PASS is not.",
      'SMTP_* cannot be used: smtp: host must be a host name or an IP address, got "not a host".',
      "AWS_SES_SECRET_ACCESS_KEY is set, but AWS_SES_ACCESS_KEY_ID is not.",
      "AWS_SES_REGION is missing: SES needs a region, as in eu-west-1.",
      "AWS_SES_* cannot be used: ses: endpoint is not a URL.",
      'AWS_SES_FROM_EMAIL cannot be used: "shop" is not an address: it has no @.',
    ]);
    expect(() => chainFromEnv(env)).toThrow(problems(env).join("\n"));
  });

  test("a wrong option of the chain is the programmer's fault, not the environment's", () => {
    const env = { ...smtp, AWS_SES_FROM_EMAIL: "shop@example.org" };
    expect(() => chainFromEnv(env, { form: "a@b.c" } as object)).toThrow(
      new TypeError("createChain: form is not an option; did you mean from?"),
    );
    expect(() => chainFromEnv(env, { from: "nobody" })).toThrow(TypeError);
  });
});

describe("no secret is ever shown", () => {
  const secret = "hunter2-is-my-password";
  test.each<Settings>([
    { ...smtp, SMTP_USER: "ann", SMTP_PASS: secret, SMTP_PORT: "x" },
    { ...smtp, SMTP_PASS: `${secret}\u0000` },
    { SMTP_HOST: `smtp://ann:${secret}@mail.example.org` },
    { SMTP_HOST: `ann:${secret}@mail.example.org` },
    { ...smtp, SMTP_PORT: secret, SMTP_SECURE: secret, SMTP_REQUIRE_TLS: secret, SMTP_FORCE_FAIL: secret },
    { ...smtp, SMTP_USER: "ann", SMTP_PASS_FILE: secret },
    { ...ses, AWS_SES_SECRET_ACCESS_KEY: `${secret} with a blank` },
    { ...ses, AWS_SES_ACCESS_KEY_ID: `${secret}\n2` },
    { ...ses, AWS_SES_SESSION_TOKEN: `${secret} é` },
    { ...ses, AWS_SES_REGION: secret },
    { ...ses, AWS_SES_ENDPOINT: `https://ann:${secret}@email.example.org` },
    { AWS_SES_SESSION_TOKEN: secret, SMTP_PASS: secret },
  ])("%o", (env) => {
    const result = problems(env);
    expect(result.length).toBeGreaterThan(0);
    expect(result.join("\n")).not.toContain("hunter2");
  });

  test("a host that is a URL is told what is wrong with it", () => {
    expect(problems({ SMTP_HOST: `smtp://ann:${secret}@mail.example.org` })).toEqual([
      "SMTP_HOST must be a host name or an IP address, with nothing before or behind it.",
    ]);
  });
});
