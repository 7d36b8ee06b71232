import { httpApis } from "../../src/config/parse-dsn.ts";

const apiNames = Object.keys(httpApis)
  .map((api) => JSON.stringify(api))
  .join(" or ");

/** A configuration with something wrong, and every sentence that must be said about it. */
export type Wrong = readonly [
  what: string,
  config: unknown,
  sentences: readonly string[],
  onlyTheLoader?: true,
];

const host = "smtp.example.org";
const smtp = (options: object, more: object = {}) => ({
  chain: [{ use: "smtp", options: { host, ...options }, ...more }],
});
const ses = (options: object, more: object = {}) => ({
  chain: [{ use: "ses", options: { region: "eu-west-1", ...options }, ...more }],
});
const hidden = "hunter2-hunter2";

export const wrong: readonly Wrong[] = [
  [
    "a login as others call it",
    smtp({ auth: { username: "a", password: hidden } }),
    [
      'chain[0].options.auth: "username" is not an option; did you mean user?',
      'chain[0].options.auth: "password" is not an option; did you mean pass?',
      "chain[0].options.auth.user: is missing",
      "chain[0].options.auth.pass: is missing",
    ],
  ],
  [
    "a login beside the host",
    smtp({ user: "a", password: hidden }),
    [
      'chain[0].options: "user" is not an option; it belongs in auth',
      'chain[0].options: "password" is not an option; it belongs in auth, as pass',
    ],
  ],
  [
    "tls as a flag",
    smtp({ tls: true }),
    ["chain[0].options.tls: must be an object, got true; TLS from the first byte is secure: true"],
  ],
  [
    "a key beside the region",
    ses({ accessKeyId: "AKIDEXAMPLE" }),
    ['chain[0].options: "accessKeyId" is not an option; it belongs in credentials'],
  ],
  [
    "a misspelt api",
    { chain: [{ use: "http", options: { api: "sendgird", apiKey: hidden } }] },
    [`chain[0].options.api: must be ${apiNames}; did you mean sendgrid?`],
  ],
  [
    "a file that is not there",
    { chain: [{ use: "./falcon.js" }] },
    ['chain[0].use: there is no file "./falcon.js" beside the configuration'],
    true,
  ],
  ["no object", [], ["the configuration must be an object, got a list"]],
  ["a text", "smtp://h", ["the configuration must be an object, got a string"]],
  ["null", null, ["the configuration must be an object, got null"]],
  ["nothing in it", {}, ["the configuration has no chain: list its providers under chain"], true],
  ["an empty chain", { chain: [] }, ["chain: must have at least 1 entries"]],
  ["a chain that is none", { chain: "smtp" }, ["chain: must be a list, got a string"]],
  [
    "a misspelt field",
    { ...smtp({}), deadlinMs: 1 },
    ['the configuration: "deadlinMs" is not an option; did you mean deadlineMs?'],
  ],
  [
    "a deadline in words",
    { ...smtp({}), deadlineMs: "soon" },
    ["deadlineMs: must be a number, got a string"],
  ],
  ["a deadline of nothing", { ...smtp({}), deadlineMs: 0 }, ["deadlineMs: must be at least 1"]],
  [
    "onUnknown of another kind",
    { ...smtp({}), onUnknown: "retry" },
    ['onUnknown: must be "stop" or "failover"'],
  ],
  [
    "failover of no kind",
    { ...smtp({}), failover: { refusd: false } },
    ['failover: "refusd" is not an option; did you mean refused?'],
  ],
  [
    "failover not true or false",
    { ...smtp({}), failover: { refused: "perhaps" } },
    ["failover.refused: must be true or false, got a string"],
  ],
  [
    "failover of cancelled",
    { ...smtp({}), failover: { cancelled: true } },
    ['failover: "cancelled" is not an option'],
  ],
  [
    "a sender that is none",
    { ...smtp({}), from: "shop" },
    ['from: "shop" is not an address: it has no @'],
    true,
  ],
  ["an entry that is a text", { chain: ["smtp"] }, ["chain[0]: must be an object, got a string"]],
  ["an entry without use", { chain: [{ options: {} }] }, ["chain[0].use: is missing"]],
  ["use of nothing", { chain: [{ use: null }] }, ["chain[0].use: must be a string, got null"]],
  ["use of a number", { chain: [{ use: 5 }] }, ["chain[0].use: must be a string, got a number"]],
  [
    "a plugin that is not there",
    { chain: [{ use: "smpt" }] },
    ['chain[0].use: "smpt" cannot be found; did you mean smtp?'],
    true,
  ],
  [
    "a package that is not there",
    { chain: [{ use: "@acme/pigeon" }] },
    ['chain[0].use: "@acme/pigeon" cannot be found; is it installed?'],
    true,
  ],
  [
    "a package that is no plugin",
    { chain: [{ use: "@relais/mime" }] },
    ['chain[0].use: "@relais/mime" is no plugin: it has no default export made with definePlugin'],
    true,
  ],
  ["a misspelt policy", smtp({}, { retyr: {} }), ['chain[0]: "retyr" is not an option; did you mean retry?']],
  [
    "retry with a wrong field",
    smtp({}, { retry: { attemps: 3 } }),
    ['chain[0].retry: "attemps" is not an option; did you mean attempts?'],
  ],
  [
    "retry of no attempts",
    smtp({}, { retry: { attempts: 0 } }),
    ["chain[0].retry.attempts: must be at least 1"],
  ],
  [
    "breaker at 50",
    smtp({}, { breaker: { failureRate: 50 } }),
    ["chain[0].breaker.failureRate: must be at most 1"],
  ],
  [
    "breaker that is a text",
    smtp({}, { breaker: "sometimes" }),
    ["chain[0].breaker: must be true or false or an object"],
  ],
  [
    "a timeout in words",
    smtp({}, { timeoutMs: "30s" }),
    ["chain[0].timeoutMs: must be a number, got a string"],
  ],
  [
    "no time for the answer",
    smtp({}, { afterHandOverMs: 0 }),
    ["chain[0].afterHandOverMs: must be at least 1"],
  ],
  [
    "a rate limit in words",
    smtp({}, { rateLimit: "fast" }),
    ['chain[0].rateLimit: must be "fromProvider" or an object'],
  ],
  [
    "a rate limit without a limit",
    smtp({}, { rateLimit: {} }),
    ["chain[0]: rateLimit: give perSecond, perDay or fromProvider"],
    true,
  ],
  [
    "concurrency of nobody",
    smtp({}, { concurrency: { messages: 0 } }),
    ["chain[0].concurrency.messages: must be at least 1"],
  ],
  [
    "an override of no column",
    smtp({}, { overrides: { refused: { nxt: true } } }),
    ['chain[0].overrides.refused: "nxt" is not an option; did you mean next?'],
  ],
  [
    "an id with a space",
    smtp({}, { id: "my smtp" }),
    ["chain[0].id: must be 1 to 64 letters, digits, ., _ or -"],
  ],
  [
    "the same id twice",
    {
      chain: [
        { use: "smtp", options: { host } },
        { use: "smtp", options: { host } },
      ],
    },
    ["chain[1]: two providers are called SMTP; give each an id of its own"],
    true,
  ],
  ["smtp without a host", { chain: [{ use: "smtp" }] }, ["chain[0].options.host: is missing"], true],
  [
    "smtp with a misspelt option",
    smtp({ prot: 25 }),
    ['chain[0].options: "prot" is not an option; did you mean port?'],
  ],
  [
    "a port that is none",
    smtp({ port: 70_000 }),
    ["chain[0].options.port: must be a whole number from 1 to 65535, got 70000"],
  ],
  [
    "a port in words",
    smtp({ port: "submission" }),
    ["chain[0].options.port: must be a whole number from 1 to 65535, got a string"],
  ],
  ["a password without a user", smtp({ auth: { pass: hidden } }), ["chain[0].options.auth.user: is missing"]],
  [
    "a secret in the wrong place",
    smtp({ secure: hidden }),
    ["chain[0].options.secure: must be true or false, got a string"],
  ],
  [
    "TLS checks off",
    smtp({ tls: { rejectUnauthorized: false } }),
    ["chain[0].options: tls.rejectUnauthorized: false also needs allowInsecureTls: true"],
    true,
  ],
  [
    "ses with a misspelt option",
    ses({ regoin: "eu-west-1" }),
    ['chain[0].options: "regoin" is not an option; did you mean region?'],
  ],
  [
    "half a key pair",
    ses({ credentials: { accessKeyId: "AKIDEXAMPLE" } }),
    ["chain[0].options.credentials.secretAccessKey: is missing"],
  ],
  [
    "a region that is none",
    ses({ region: "paris" }),
    ["chain[0].options.region: must be the name of an AWS region, such as eu-west-1"],
    true,
  ],
  [
    "a variable that is not set",
    smtp({ auth: { user: "relais", pass: "${NOT_SET}" } }),
    ["chain[0].options.auth.pass: names the environment variable NOT_SET, which is not set"],
    true,
  ],
  [
    "a variable that is not set, and other mistakes",
    smtp({ host: "${NOT_SET}", prot: 25 }, { retries: 3 }),
    [
      "chain[0].options.host: names the environment variable NOT_SET, which is not set",
      'chain[0].options: "prot" is not an option; did you mean port?',
      'chain[0]: "retries" is not an option; did you mean retry?',
    ],
    true,
  ],
  [
    "a login of which half may be absent",
    smtp({ auth: { user: "relais", pass: "${NOT_SET:-}" } }),
    ["chain[0].options.auth.pass: is missing: NOT_SET is not set, or is empty"],
    true,
  ],
  [
    "providers for chain",
    { providers: [{ use: "smtp" }] },
    ['the configuration: "providers" is not an option; did you mean chain?'],
  ],
  [
    "type for use",
    { chain: [{ type: "smtp", options: { host } }] },
    ["chain[0].use: is missing", 'chain[0]: "type" is not an option; did you mean use?'],
  ],
  [
    "retries for attempts",
    smtp({}, { retry: { retries: 3 } }),
    ['chain[0].retry: "retries" is not an option; did you mean attempts?'],
  ],
  [
    "options beside options",
    { chain: [{ use: "smtp", host, port: 587, options: { auth: { user: "relais", pass: hidden } } }] },
    [
      'chain[0]: "host" belongs in options',
      'chain[0]: "port" belongs in options',
      "chain[0].options.host: is missing",
    ],
    true,
  ],
  [
    "options of an API beside options",
    { chain: [{ use: "http", api: "resend", apiKey: hidden, nonsense: 1 }] },
    [
      'chain[0]: "api" belongs in options',
      'chain[0]: "apiKey" belongs in options',
      'chain[0]: "nonsense" is not an option',
      `chain[0].options.api: must be ${apiNames}`,
    ],
    true,
  ],
  [
    "a policy within options",
    smtp({ retry: { attempts: 3 } }),
    ['chain[0].options: "retry" is not an option; it belongs beside options'],
    true,
  ],
  [
    "a vendor",
    { chain: [{ use: "sendgrid" }] },
    [
      'chain[0].use: "sendgrid" is no plugin; write use: http with options: { api: sendgrid, apiKey: … }, from the package @relais/http',
    ],
    true,
  ],
  [
    "use of an object",
    { chain: [{ use: { name: "smtp" } }] },
    ["chain[0].use: must be a string, got an object"],
  ],
  [
    "a file that is not there",
    smtp({ auth: { user: "relais", pass: { file: "/nowhere/at/all" } } }),
    ['chain[0].options.auth.pass: names the file "/nowhere/at/all", which cannot be read'],
    true,
  ],
  [
    "a chain of no name",
    { chain: [{ chain: "bulk" }] },
    ["chain[0].chain: there is no chain called bulk"],
    true,
  ],
  [
    "a chain within itself",
    { chains: { a: [{ chain: "a" }] } },
    ["chains.a[0].chain: the chain a would contain itself"],
    true,
  ],
  [
    "several at once",
    { ...smtp({ prot: 1, auth: { user: "x" } }, { retry: { attempts: 0 } }), onUnknown: 1 },
    ['onUnknown: must be "stop" or "failover"'],
    true,
  ],
  [
    "several of one entry at once",
    smtp({ prot: 1, auth: { user: "x" } }, { retry: { attempts: 0 } }),
    [
      "chain[0].retry.attempts: must be at least 1",
      "chain[0].options.auth.pass: is missing",
      'chain[0].options: "prot" is not an option; did you mean port?',
    ],
  ],
];
export const hiddenSecret = hidden;
