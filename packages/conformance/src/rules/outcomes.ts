import { ok, strictEqual } from "node:assert";
import { attempt, label } from "../harness/attempt.ts";
import type { RuleDefinition } from "../harness/fixture.ts";
import { type ProvokedKind, provokedKinds } from "../harness/harness.ts";
import { shortDelay } from "../harness/wait.ts";
import { inEverySituation } from "./situations.ts";

const neverRejects: RuleDefinition = {
  name: "answers with a receipt or a failure, and never rejects",
  needs: ["unknown", "stall"],
  check: (fixture) =>
    inEverySituation(fixture, ({ when, result }) =>
      strictEqual(result.fault, undefined, `${when}: ${result.fault}`),
    ),
};

const ownId: RuleDefinition = {
  name: "puts its own id on receipts and failures",
  needs: [],
  check: (fixture) =>
    inEverySituation(fixture, ({ when, context, result: { outcome } }) => {
      const { provider, ids = [] } = context.target;
      const allowed = [provider.id, ...ids];
      const rejections = outcome.rejected ?? [];
      for (const id of [outcome.provider, ...rejections.map((one) => one.failure.provider)])
        ok(allowed.includes(id), `${when}: the outcome is of ${id}, the provider is ${allowed.join(", ")}`);
    }),
};

function kindRule(kind: ProvokedKind): RuleDefinition {
  const name =
    kind === "unknown"
      ? "says unknown when the server takes the message and its answer is lost"
      : `says ${kind} when the server causes it, and nothing arrives`;
  return {
    name,
    needs: [kind],
    check: (fixture) =>
      fixture.run(async (context) => {
        await context.provoke(kind);
        const { outcome } = await attempt(context, await fixture.message()).result;
        await shortDelay();
        strictEqual(label(outcome), kind, outcome.success ? "a receipt" : outcome.reason);
        const copies = context.target.received().length;
        strictEqual(copies, kind === "unknown" ? 1 : 0, `${copies} copies have arrived`);
      }),
  };
}

const remoteMessageId: RuleDefinition = {
  name: "gives a receipt with the message id of the server",
  needs: [],
  check: (fixture) =>
    fixture.run(async (context) => {
      for (const nth of [1, 2]) {
        const { outcome } = await attempt(context, await fixture.message()).result;
        strictEqual(label(outcome), "receipt", "the server takes everything");
        const received = context.target.received();
        strictEqual(received.length, nth, `the server has ${received.length} messages after ${nth}`);
        strictEqual(outcome.success && outcome.messageId, received[nth - 1]?.id);
      }
    }),
};

const noInventedId: RuleDefinition = {
  name: "says unknown when the server takes the message without an id, and makes none up",
  needs: ["missingId"],
  check: (fixture) =>
    fixture.run(async (context) => {
      await context.provoke("missingId");
      const { outcome } = await attempt(context, await fixture.message()).result;
      strictEqual(label(outcome), "unknown");
    }),
};

/** What `send` resolves with. */
export const outcomeRules: readonly RuleDefinition[] = [
  neverRejects,
  ownId,
  ...provokedKinds.map(kindRule),
  remoteMessageId,
  noInventedId,
];
