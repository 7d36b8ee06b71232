import type { Health, HttpConnections } from "@relais/core/spi";
import { type Call, type Called, call } from "./call.ts";
import { diagnose } from "./diagnose.ts";
import { explainAnswer } from "./explain-answer.ts";
import type { HttpApi } from "./http-api.ts";
import type { Fail } from "./outcome.ts";

/** Where the caller sets no limit: nobody should wait for ever for a check. */
const limitMs = 30_000;

/** Asks the API's check; sends nothing and never rejects. */
export async function verify(
  api: HttpApi,
  provider: string,
  connections: HttpConnections,
  url: (path: string) => URL,
  fail: Fail,
  given?: AbortSignal,
): Promise<Health> {
  const bad = (parts: Parameters<Fail>[0]): Health => {
    // Nothing was to be delivered, so nothing can have been: what would be unknown for a message is not here.
    const failure = fail(parts.kind === "unknown" ? { ...parts, kind: "transient" } : parts);
    return { provider, ok: false, reason: failure.reason, failure };
  };
  const { check } = api;
  if (check === undefined) return { provider, ok: true, reason: "not asked: the API has no question for it" };
  const limit = AbortSignal.timeout(limitMs);
  const signal = given === undefined ? limit : AbortSignal.any([given, limit]);
  const wanted: Call = { method: "GET", url: url(check.path), headers: api.headers };
  const called: Called = await call(connections, wanted, signal);
  if (given?.aborted) return bad({ kind: "cancelled", reason: "given up" });
  if (called.end !== "answered") {
    const problem = diagnose(called, false);
    return bad(problem.kind === "unknown" ? { ...problem, reason: `no answer from ${api.name}` } : problem);
  }
  const { answer } = called;
  const judged = check.judge?.(answer);
  if (judged !== undefined && "wrong" in judged)
    return bad({ kind: "misconfigured", reason: judged.wrong, code: String(answer.status) });
  if (judged !== undefined) return { provider, ok: true, reason: judged.note };
  if (answer.status >= 200 && answer.status <= 299) return { provider, ok: true };
  return bad(explainAnswer(api, answer));
}
