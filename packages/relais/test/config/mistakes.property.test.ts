import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadChain } from "../../src/config/load-chain.ts";
import { parseDsn } from "../../src/config/parse-dsn.ts";
import { chainFromEnv } from "../../src/environment/chain-from-env.ts";
import { ConfigurationError } from "../../src/environment/settings-reader.ts";
import { configJsonSchema } from "./config-json-schema.ts";

const problemsOf = async (make: () => unknown): Promise<readonly string[]> => {
  try {
    await make();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

/** A name with one letter changed, added, removed, or swapped with its neighbour. */
const oneEdit = (name: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(name.length - 1), fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"), fc.nat(3))
    .map(([at, letter, how]) => {
      const [before, after] = [name.slice(0, at), name.slice(at + 1)];
      const own = name[at] ?? "";
      return [
        before + letter + after,
        before + letter + own + after,
        before + after,
        before + (after[0] ?? "") + own + after.slice(1),
      ][how] as string;
    });

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly {
    readonly if: Schema;
    readonly then: Schema;
    readonly enum?: readonly string[];
  }[];
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly const?: string;
  readonly enum?: readonly string[];
}

const schema = (await configJsonSchema()) as Schema;
const entry = schema.$defs?.provider;
const optionsOf = (use: string): Schema | undefined =>
  entry?.allOf?.find((one) => one.if.properties?.use?.enum?.includes(use))?.then.properties?.options;
const namesOf = (one: Schema | undefined): string[] => Object.keys(one?.properties ?? {});

/** Where fields stand, their names there, and a configuration that holds one more field in this place. */
const places: readonly (readonly [string, readonly string[], (extra: object) => object])[] = [
  ["the file", namesOf(schema), (extra) => ({ chain: [{ use: "smtp", options: { host: "h" } }], ...extra })],
  ["an entry", namesOf(entry), (extra) => ({ chain: [{ use: "smtp", options: { host: "h" }, ...extra }] })],
  [
    "the options of smtp",
    namesOf(optionsOf("smtp")),
    (extra) => ({ chain: [{ use: "smtp", options: { host: "h", ...extra } }] }),
  ],
  [
    "the options of ses",
    namesOf(optionsOf("ses")),
    (extra) => ({ chain: [{ use: "ses", options: { region: "eu-west-1", ...extra } }] }),
  ],
  [
    "the options of http",
    namesOf((optionsOf("http")?.oneOf ?? optionsOf("http")?.anyOf)?.[0]),
    (extra) => ({ chain: [{ use: "http", options: { api: "resend", apiKey: "k", ...extra } }] }),
  ],
];

describe.each(places)("a typo of a field of %s", (_place, names, configWith) => {
  test("is told with a name that is one letter away, and without its value", async () => {
    expect(names.length).toBeGreaterThan(5);
    const secret = "hunter2-hunter2";
    const typo = fc.constantFrom(...names).chain((name) => oneEdit(name));
    await fc.assert(
      fc.asyncProperty(
        typo.filter((one) => one !== "" && one !== "chain" && !names.includes(one)),
        async (one) => {
          const problems = await problemsOf(() =>
            loadChain({ config: configWith({ [one]: secret }) as never, env: {} }),
          );
          const told = problems.find((problem) => problem.includes(JSON.stringify(one))) ?? "";
          expect(told).toMatch(
            /is not an option; did you mean [$\w]+\?|belongs in options|it belongs beside options/,
          );
          const [, meant] = /did you mean ([$\w]+)\?/.exec(told) ?? [];
          if (meant !== undefined) expect(names).toContain(meant);
          expect(problems.join()).not.toContain(secret);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("a vendor or a library at use", () => {
  test.each([
    ["resend", "use: http with options: { api: resend, apiKey: … }"],
    ["SendGrid", "use: http with options: { api: sendgrid, apiKey: … }"],
    ["@sendgrid/mail", "api: sendgrid"],
    ["postmark", "use: http with options: { api: postmark, serverToken: … }"],
    ["mailgun.js", "api: mailgun"],
    ["brevo", "api: brevo"],
    ["sendinblue", "api: brevo"],
    ["aws", "use: ses with options: { region: … }"],
    ["aws-ses", "use: ses"],
    ["@aws-sdk/client-sesv2", "use: ses"],
    ["nodemailer", "use: smtp with options: { host: …"],
    ["gmail", "host: smtp.gmail.com"],
    ["outlook", "host: smtp.office365.com"],
    ["Office365", "host: smtp.office365.com"],
    ["mailjet", "use: smtp with options: { host: in-v3.mailjet.com"],
    ["mailpit", "host: localhost, port: 1025"],
  ])("%s: %s", async (use, remedy) => {
    const [problem, ...others] = await problemsOf(() => loadChain({ config: { chain: [{ use }] }, env: {} }));
    expect(others).toEqual([]);
    expect(problem).toContain(`chain[0].use: ${JSON.stringify(use)} is no plugin; write `);
    expect(problem).toContain(remedy);
  });
});

describe("a DSN whose password wants percent-encoding", () => {
  // A blank ends a part of failover(…), @ belongs to the login by the rules of URLs.
  const special = [..."/?#%()\\[]<>^|{}`\"' &=+;,:@!$*~"];
  const word = fc.string({ unit: fc.constantFrom(..."abcdefABCDEF0123456789"), minLength: 3, maxLength: 8 });

  test.each(special)("with %s is read as it is, or told how to be written; never shown", async (sign) => {
    await fc.assert(
      fc.asyncProperty(
        word,
        word,
        fc.constantFrom("smtp", "smtps", "ses"),
        fc.boolean(),
        async (a, b, scheme, many) => {
          const password = `${a}${sign}${b}`;
          const host = scheme === "ses" ? "default?region=eu-west-1" : "mail.example.org:587";
          const dsn = (pass: string): string => {
            const one = `${scheme}://user:${pass}@${host}`;
            return many ? `failover(${one} smtp://other.example.org)` : one;
          };
          const passwordOf = (text: string): unknown => {
            const [first] = parseDsn(text).chain as unknown as {
              options: { auth?: { pass: string }; credentials?: { secretAccessKey: string } };
            }[];
            return first?.options.auth?.pass ?? first?.options.credentials?.secretAccessKey;
          };
          const encoded = encodeURIComponent(password).replaceAll("(", "%28").replaceAll(")", "%29");
          expect(passwordOf(dsn(encoded))).toBe(password);
          let read: unknown;
          const problems = await problemsOf(() => {
            read = passwordOf(dsn(password));
          });
          // A % before two digits is an escape by rights.
          if (problems.length === 0 && sign !== "%") expect(read).toBe(password);
          for (const problem of problems) {
            expect(problem).toContain("write / as %2F");
            for (const part of [password, a + sign, sign + b])
              expect(problem).not.toContain(part.length > 3 ? part : "\0");
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test("the usual ones are refused with the remedy", async () => {
    for (const sign of ["/", "?", "#"])
      expect(await problemsOf(() => parseDsn(`smtp://user:pa${sign}ss@mail.example.org:587`))).toEqual([
        expect.stringContaining("write / as %2F, ? as %3F, # as %23, @ as %40"),
      ]);
  });
});

describe("a variable by another name", () => {
  const login = { SMTP_HOST: "mail.example.org", SMTP_USER: "u", SMTP_PASS: "p" };
  const keys = { AWS_SES_REGION: "eu-west-1", AWS_SES_ACCESS_KEY_ID: "k", AWS_SES_SECRET_ACCESS_KEY: "s" };
  const renamed = (env: Record<string, string>, from: string, to: string) => {
    const { [from]: value = "", ...rest } = env;
    return { ...rest, [to]: value };
  };

  test.each([
    [login, "SMTP_PASS", "SMTP_PASSWORD"],
    [login, "SMTP_PASS", "SMTP_PASSWD"],
    [login, "SMTP_PASS", "SMTP_PWD"],
    [login, "SMTP_USER", "SMTP_USERNAME"],
    [login, "SMTP_USER", "SMTP_LOGIN"],
    [login, "SMTP_HOST", "SMTP_HOSTNAME"],
    [login, "SMTP_HOST", "SMTP_SERVER"],
    [login, "SMTP_HOST", "MAIL_HOST"],
    [login, "SMTP_HOST", "SMTP_HOTS"],
    [{ SMTP_HOST: "h" }, "SMTP_HOST", "EMAIL_HOST"],
    [keys, "AWS_SES_SECRET_ACCESS_KEY", "AWS_SES_SECRET"],
    [keys, "AWS_SES_SECRET_ACCESS_KEY", "AWS_SES_SECRET_KEY"],
    [keys, "AWS_SES_ACCESS_KEY_ID", "AWS_SES_ACCESS_KEY"],
    [keys, "AWS_SES_REGION", "AWS_SES_DEFAULT_REGION"],
  ] as [Record<string, string>, string, string][])("%#: %o, %s as %s", async (env, right, wrong) => {
    const problems = await problemsOf(() => chainFromEnv(renamed(env, right, wrong)));
    expect(problems.join("\n")).toContain(`${wrong} is set, and ${right} may be meant`);
  });

  test("a whole login by other names is not passed over", async () => {
    const env = { SMTP_HOST: "h", SMTP_USERNAME: "u", SMTP_PASSWORD: "hunter2" };
    const problems = await problemsOf(() => chainFromEnv(env));
    expect(problems).toEqual([
      "SMTP_HOST is set without SMTP_USER and SMTP_PASS; SMTP_PASSWORD is set, and SMTP_PASS may be meant.",
    ]);
  });

  test("a reference in a file gets the same hint", async () => {
    const config = { chain: [{ use: "smtp", options: { host: "${SMTP_HOST}" } }] };
    expect(await problemsOf(() => loadChain({ config, env: { SMTP_SERVER: "h" } }))).toEqual([
      "chain[0].options.host: names the environment variable SMTP_HOST, which is not set; SMTP_SERVER is set, and SMTP_HOST may be meant",
    ]);
  });
});
