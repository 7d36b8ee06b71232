import { inspect } from "node:util";
import type { Outcome, Provider } from "@relais/core/spi";
import { expect, test } from "vitest";
import { context, letter } from "./context.ts";
import { pair } from "./sandbox.ts";

const key = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCY",
  sessionToken: "FwoGZXIvYXdzEBYaDtoken+of/session==",
};
const server = {
  credentials: { AKIDEXAMPLE: { secretAccessKey: key.secretAccessKey, sessionToken: key.sessionToken } },
};
const secrets = [
  key.secretAccessKey,
  key.sessionToken,
  encodeURIComponent(key.secretAccessKey),
  encodeURIComponent(key.sessionToken),
];

function expectNone(...things: unknown[]): void {
  const all = things
    .map((thing) => `${JSON.stringify(thing)} ${inspect(thing, { depth: 10, showHidden: true })}`)
    .join();
  for (const secret of secrets) expect(all).not.toContain(secret);
  expect(all).not.toMatch(/Signature=[0-9a-f]{16}/);
}

async function answer(provider: Provider): Promise<Outcome> {
  const message = await letter();
  return provider.send(message, context(message));
}

test("what comes out never holds a secret, also when SES echoes every header", async () => {
  for (const credentials of [key, () => Promise.resolve(key)]) {
    const { server: far, provider } = await pair({ credentials }, server);
    const good = await answer(provider);
    expect(good.success, inspect(good)).toBe(true);
    far.fault(() => {
      const { headers } = far.requests.at(-1)!;
      const words = `${headers.authorization} ${headers["x-amz-security-token"]} ${key.secretAccessKey}`;
      return { error: { code: "MessageRejected", message: words } };
    });
    const echoed = await answer(provider);
    expect(echoed).toMatchObject({
      kind: "refused",
      reason: expect.stringMatching(/AWS4-HMAC-SHA256.*\[redacted\]/),
    });
    far.fault(() => ({
      error: { code: key.secretAccessKey, message: encodeURIComponent(key.sessionToken) },
    }));
    const named = await answer(provider);
    far.fault({ status: 502, body: key.secretAccessKey });
    expectNone(good, echoed, named, await answer(provider), await provider.verify(), provider);
  }
});

test("what a credentials function throws is not shown, only its name and code", async () => {
  const thrown = [
    Object.assign(new Error(`vault down, {"SecretAccessKey":"${key.secretAccessKey}"}`), {
      code: "ECONNREFUSED",
    }),
    key.secretAccessKey,
    { name: key.secretAccessKey },
  ];
  const reasons: string[] = [];
  for (const [i, each] of thrown.entries()) {
    const { provider } = await pair({ credentials: () => Promise.reject(each) });
    const outcome = await answer(provider);
    // Not reached is what passes; the others say nothing of the kind.
    const kind = i === 0 ? "transient" : "misconfigured";
    expect(outcome).toMatchObject({ kind, code: "CredentialsProviderError" });
    if (!outcome.success) reasons.push(outcome.reason);
    expectNone(outcome, await provider.verify());
  }
  expect(reasons).toEqual([
    "no credentials for now: the credentials function threw (Error ECONNREFUSED)",
    "no credentials: the credentials function threw (string)",
    "no credentials: the credentials function threw (object)",
  ]);
});

test("a credentials function that gives nothing usable is misconfigured", async () => {
  for (const given of [undefined, {}, { accessKeyId: "A", secretAccessKey: " x" }, "AKID"]) {
    const { server: far, provider } = await pair({ credentials: () => Promise.resolve(given as never) });
    expect(await answer(provider)).toMatchObject({ kind: "misconfigured", code: "CredentialsProviderError" });
    expect(far.connections).toBe(0);
  }
});

test("a reason is one line of at most 300 characters", async () => {
  const { server: far, provider } = await pair();
  far.fault({ error: { code: "MessageRejected", message: `a\r\nb\u001b[31m${"x".repeat(100_000)}` } });
  const outcome = await answer(provider);
  expect(outcome.success ? "" : outcome.reason).toMatch(/^message refused: a b \[31mx{10,}…$/);
  expect(outcome.success ? 0 : outcome.reason.length).toBe(300);
});
