import { ok, strictEqual } from "node:assert";
import { type Attempt, abortAfterHandOver, attempt, label } from "../harness/attempt.ts";
import type { Fixture, RuleDefinition, TestContext } from "../harness/fixture.ts";
import { shortDelay, waitFor } from "../harness/wait.ts";

/** How soon an answer must come after an abort. */
const promptMs = 50;

const abortedAlready: RuleDefinition = {
  name: "makes no request when it was given up before it began",
  needs: [],
  check: (fixture) =>
    fixture.run(async (context) => {
      const { outcome } = await attempt(context, await fixture.message(), {
        signal: AbortSignal.abort(),
      }).result;
      await shortDelay();
      strictEqual(context.target.requests(), 0, "the server saw a request");
      strictEqual(outcome.success, false, "an attempt that never began cannot end in a receipt");
    }),
};

const abortBefore: RuleDefinition = {
  name: "says cancelled when it is given up before the hand-over, and nothing arrives",
  needs: [],
  async check(fixture) {
    await fixture.run(async (context) => {
      const { outcome } = await attempt(context, await fixture.message(), {
        signal: AbortSignal.abort(),
      }).result;
      strictEqual(label(outcome), "cancelled", "given up before it began");
    });
    await fixture.run(async (context) => {
      const { outcome } = await (await abortedBeforeHandOver(context, fixture)).result;
      await shortDelay();
      strictEqual(label(outcome), "cancelled");
      strictEqual(context.target.received().length, 0, "it arrived all the same");
    });
  },
};

const abortAfter: RuleDefinition = {
  name: "says unknown when it is given up after the hand-over without an answer",
  needs: ["stall"],
  check: (fixture) =>
    fixture.run(async (context) => {
      const { outcome } = await (await abortedAfterHandOver(context, fixture)).result;
      strictEqual(label(outcome), "unknown");
    }),
};

const abortPromptly: RuleDefinition = {
  name: `answers within ${promptMs} ms when it is given up`,
  needs: ["stall"],
  async check(fixture) {
    await fixture.run(async (context) =>
      assertPrompt(await abortedBeforeHandOver(context, fixture), "before"),
    );
    await fixture.run(async (context) => assertPrompt(await abortedAfterHandOver(context, fixture), "after"));
  },
};

/** What comes of an attempt whose caller gives up. */
export const abortRules: readonly RuleDefinition[] = [abortedAlready, abortBefore, abortAfter, abortPromptly];

async function abortedBeforeHandOver(context: TestContext, fixture: Fixture): Promise<Attempt> {
  const caller = new AbortController();
  const handOver = (): Promise<void> => new Promise(() => {});
  const started = attempt(context, await fixture.message(), { signal: caller.signal, handOver });
  await waitFor(() => started.handOvers > 0, "the hand-over was never called");
  caller.abort();
  return started;
}

async function abortedAfterHandOver(context: TestContext, fixture: Fixture): Promise<Attempt> {
  await context.provoke("stall");
  const caller = new AbortController();
  const started = attempt(context, await fixture.message(), { signal: caller.signal });
  await abortAfterHandOver(started, caller);
  return started;
}

async function assertPrompt(aborted: Attempt, when: string): Promise<void> {
  const abortedAt = performance.now();
  let late = false;
  // On a machine that is busy with other things this timer is late, too, and what has come in meanwhile goes first.
  const timer = setTimeout(() => setImmediate(() => (late = true)), promptMs);
  await aborted.result;
  clearTimeout(timer);
  const ms = Math.round(performance.now() - abortedAt);
  ok(!late, `given up ${when} the hand-over, it answered after ${ms} ms`);
}
