import { ok } from "node:assert";
import { inspect } from "node:util";
import { attempt } from "../harness/attempt.ts";
import { NotCovered, type RuleDefinition } from "../harness/fixture.ts";
import type { TestTarget } from "../harness/harness.ts";
import { inEverySituation } from "./situations.ts";

const noSecret: RuleDefinition = {
  name: "lets no secret out, in no outcome and no health",
  needs: ["secrets", "misconfigured"],
  check: (fixture) =>
    inEverySituation(fixture, async ({ when, behaviour, context, result }) => {
      // What is echoed has a rule of its own.
      if (behaviour === "echo") return;
      const { target } = context;
      assertNoSecret(target, [result, target.provider], when);
      if (!fixture.has("verify") || behaviour === "stall") return;
      const health = await Promise.resolve(target.provider.verify?.()).catch(() => undefined);
      assertNoSecret(target, health, `verify ${when}`);
    }),
};

/** A server may repeat what it was told; it stops here. */
const noSecretEchoed: RuleDefinition = {
  name: "lets no secret out that the server echoes",
  needs: ["secrets", "echo"],
  check: (fixture) =>
    fixture.run(async (context) => {
      await context.provoke("echo");
      const { outcome } = await attempt(context, await fixture.message()).result;
      ok(!outcome.success, "a server that echoes secrets refuses");
      assertNoSecret(context.target, outcome, "when the server echoes secrets");
    }),
};

/** No credential comes out of a provider. */
export const secretRules: readonly RuleDefinition[] = [noSecret, noSecretEchoed];

/** Fails if what came out of a provider holds one of its secrets, however it is printed. */
function assertNoSecret({ secrets }: TestTarget, value: unknown, when: string): void {
  if (secrets.length === 0) throw new NotCovered("the target lists no secrets");
  const text = `${JSON.stringify(value)}\n${inspect(value, { depth: null, showHidden: true, maxStringLength: null })}`;
  for (const [i, secret] of secrets.entries())
    ok(!secretForms(secret).some((form) => text.includes(form)), `${when}: secrets[${i}] comes out`);
}

/** A secret in the forms that a server, or a library, may repeat it in. Base64 depends on what stands before it. */
function secretForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return text.slice(
      offset === 0 ? 0 : offset + 1,
      text.length - ((offset + bytes.length) % 3 === 0 ? 0 : 1),
    );
  });
  const urlSafe = encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const plain = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
  ];
  return [...new Set([...plain, ...encoded, ...urlSafe])];
}
