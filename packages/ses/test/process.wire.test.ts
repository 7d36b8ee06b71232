import { sesServer } from "@relais/conformance";
import { expect, onTestFinished, test } from "vitest";
import { child, prelude } from "./child.ts";

const lines = (stdout: string): unknown[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a process that sent a message exits by itself, also without close", async () => {
  const server = await sesServer();
  onTestFinished(server.close);
  const ended = await child(`${prelude}
    const provider = ses({ region: "eu-west-1", endpoint: "${server.endpoint}", credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" } });
    const outcome = await provider.send(message, context);
    show(outcome.success);
    show(performance.now());
  `);
  expect(ended.stderr).toBe("");
  const [success, sentAt] = lines(ended.stdout);
  expect([success, ended.code]).toEqual([true, 0]);
  // The kept connection, which lives for 5 s, did not hold it up.
  expect(ended.tookMs - Number(sentAt)).toBeLessThan(2_000);
});

test("importing and making a provider do not load the AWS client; the first message does", async () => {
  const ended = await child(`
    import { registerHooks } from "node:module";
    const loaded = new Set<string>();
    registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
    const { ses } = await import("@relais/ses");
    const { createMessage } = await import("@relais/core/spi");
    const aws = () => [...loaded].filter((url) => /@aws-sdk|@smithy/.test(url)).length > 0;
    const provider = ses({ region: "eu-west-1", endpoint: "http://127.0.0.1:9", credentials: { accessKeyId: "A", secretAccessKey: "b" } });
    console.log(loaded.size > 10, aws());
    const message = await createMessage({ from: "ann@example.com", to: "bob@example.org", text: "Hello" });
    await provider.send(message, { envelope: message.envelope, signal: new AbortController().signal, handOver: async () => {} });
    console.log(aws());
    await provider.close();
  `);
  expect(ended.stdout.trim().split("\n"), ended.stderr).toEqual(["true false", "true"]);
});

test("no credentials anywhere: misconfigured, and nothing is connected", async () => {
  const server = await sesServer();
  onTestFinished(server.close);
  const ended = await child(`${prelude}
    const provider = ses({ region: "eu-west-1", endpoint: "${server.endpoint}" });
    show(await provider.send(message, context));
    show(handOvers);
    show(await provider.verify());
  `);
  expect(ended.stderr).toBe("");
  expect(lines(ended.stdout)).toEqual([
    expect.objectContaining({
      kind: "misconfigured",
      code: "CredentialsProviderError",
      reason: expect.stringMatching(/^no credentials: /),
    }),
    0,
    expect.objectContaining({ ok: false, failure: expect.objectContaining({ kind: "misconfigured" }) }),
  ]);
  expect(server.connections).toBe(0);
});

test("no region anywhere: misconfigured, and the reason says so", async () => {
  const ended = await child(`${prelude}
    const provider = ses({ credentials: { accessKeyId: "A", secretAccessKey: "b" } });
    show(await provider.send(message, context));
    show(handOvers);
  `);
  expect(lines(ended.stdout)).toEqual([
    expect.objectContaining({ kind: "misconfigured", reason: expect.stringMatching(/region/i) }),
    0,
  ]);
});

test("the environment gives region and credentials, and cannot turn the client's own retries on", async () => {
  const server = await sesServer({ fault: { reset: "afterAccept" } });
  onTestFinished(server.close);
  const ended = await child(
    `${prelude}
    const provider = ses({ endpoint: "${server.endpoint}" });
    show(await provider.send(message, context));
  `,
    {
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_MAX_ATTEMPTS: "5",
      AWS_RETRY_MODE: "adaptive",
    },
  );
  expect(lines(ended.stdout)).toEqual([expect.objectContaining({ kind: "unknown" })]);
  expect([server.requests.length, server.accepted.length]).toEqual([1, 1]);
});

test("an endpoint that the AWS client finds by itself is not spoken to without TLS either", async () => {
  const program = (options: string) => `${prelude}
    const provider = ses({ region: "eu-west-1", connectionTimeoutMs: 100, credentials: { accessKeyId: "A", secretAccessKey: "b" }${options} });
    show(await provider.send(message, context));
    show(handOvers);
  `;
  for (const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SES"]) {
    const env = { [name]: "http://far.invalid" };
    expect(lines((await child(program(""), env)).stdout)).toEqual([
      expect.objectContaining({
        kind: "misconfigured",
        code: "EINSECURE",
        reason: "an http: endpoint that is not on this machine",
      }),
      0,
    ]);
    // It has no address, but that was asked.
    const [allowed] = lines((await child(program(", allowInsecureHttp: true"), env)).stdout);
    expect(allowed).toMatchObject({ kind: "transient", code: expect.stringMatching(/^ENOTFOUND$|^EAI_/) });
  }
});
