import { type Failure, type Health, type Quota, unhealthy } from "@relais/core/spi";
import { checkSignal, ofCheck, requestProgress } from "@relais/http-client";
import type { Call, SesClient } from "./aws-client.ts";
import { classifySesError, type SesDiagnosis } from "./classify-error.ts";

type Answer<T> = { readonly value: T } | { readonly problem: SesDiagnosis };

async function check<T>(
  client: SesClient,
  request: (call: Call) => Promise<T>,
  caller?: AbortSignal,
): Promise<Answer<T>> {
  const progress = requestProgress();
  try {
    return { value: await request({ signal: checkSignal(caller), progress }) };
  } catch (error) {
    if (caller?.aborted) return { problem: { kind: "cancelled", reason: "given up" } };
    const problem = classifySesError(error, progress, false, client.credentialsErrorPasses);
    return { problem: ofCheck(problem, "no answer from SES") };
  }
}

/** As `check`, and once more if the client has learned from the answer how wrong our clock is. */
async function checkTwice<T>(
  client: SesClient,
  request: (call: Call) => Promise<T>,
  caller?: AbortSignal,
): Promise<Answer<T>> {
  const first = await check(client, request, caller);
  return "problem" in first && first.problem.clock ? check(client, request, caller) : first;
}

/** A key that may only send is a good key: SES knows it, and denies it this request. */
const isOnlyDenied = ({ code }: SesDiagnosis): boolean =>
  code !== undefined && /^(?:AccessDenied|NotAuthorized)(?:Exception)?$/.test(code);

/** SES's version 1 does not say it; these are the limits of a new account, and of no other. */
const sandboxed = ({ perDay, perSecond }: Quota): boolean => perDay === 200 && perSecond === 1;

/**
 * Asks SES for the quota and whether sending is enabled; sends nothing and never rejects. A key without the right to
 * ask one of them is `ok`, with a `reason` that says so. GetSendQuota may be asked once a second.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/API_GetSendQuota.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
 */
export async function verify(
  client: SesClient,
  id: string,
  fail: (diagnosis: SesDiagnosis) => Failure,
  signal?: AbortSignal,
): Promise<Health> {
  const notes: string[] = [];
  let found: Pick<Health, "quota" | "sandbox"> = {};
  const bad = (diagnosis: SesDiagnosis): Health => unhealthy(fail(diagnosis), found);

  // One after the other: the second uses the connection, and the clock, of the first.
  const quota = await checkTwice(client, (call) => client.quota(call), signal);
  if ("value" in quota) {
    found = { quota: quota.value, sandbox: sandboxed(quota.value) };
    if (found.sandbox) notes.push("looks like the sandbox: mail goes to verified recipients only");
  } else if (isOnlyDenied(quota.problem)) notes.push("the key may not ask for the quota (ses:GetSendQuota)");
  else return bad(quota.problem);

  const enabled = await checkTwice(client, (call) => client.sendingEnabled(call), signal);
  if ("value" in enabled) {
    if (!enabled.value)
      return bad({ kind: "misconfigured", reason: "sending paused", code: "AccountSendingPaused" });
  } else if (isOnlyDenied(enabled.problem))
    notes.push("the key may not ask whether sending is enabled (ses:GetAccountSendingEnabled)");
  else return bad(enabled.problem);

  return { provider: id, ok: true, ...(notes.length === 0 ? {} : { reason: notes.join("; ") }), ...found };
}
