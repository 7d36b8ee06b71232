import { type Failure, failure, mailboxKey, type Outcome, type Rejection, receipt } from "@relais/core/spi";
import type { Answer } from "./answer.ts";
import type { Diagnosis } from "./diagnose.ts";
import { explainAnswer, rowFor } from "./explain-answer.ts";
import type { Acceptance, HttpApi } from "./http-api.ts";
import type { Letter } from "./letter.ts";

export type Fail = (diagnosis: Diagnosis, rejected?: readonly Rejection[]) => Failure;

/** Failures of one provider, with no secret in them. */
export function failer(provider: string, clean: (text: string) => string): Fail {
  return ({ kind, reason, code, retryAfterMs, again, definite }, rejected) =>
    failure({
      provider,
      kind,
      reason: clean(reason),
      code: code === undefined ? undefined : clean(code),
      retryAfterMs,
      again,
      definite,
      rejected,
    });
}

const messageIdForm = /^[^\s\p{Cc}]{1,998}$/u;

function taken(api: HttpApi, answer: Answer, said: Acceptance, recipients: readonly string[], fail: Fail) {
  const left = new Map(said.rejected?.map(({ address, code }) => [mailboxKey(address), code]));
  const rejected = recipients.flatMap((address): Rejection[] => {
    const code = left.get(mailboxKey(address));
    if (code === undefined) return [];
    const row = rowFor(api.errors, answer.status, code);
    const reason = row?.meaning ?? "left out";
    return [{ address, failure: fail({ kind: row?.kind ?? "refused", reason, code }) }];
  });
  const names = new Set(rejected.map((one) => one.address));
  return { rejected, accepted: recipients.filter((address) => !names.has(address)) };
}

/** A no to all. Where it is about some recipients only, the others were merely sent along with them. */
function refusedFor(
  diagnosis: Diagnosis & { about: readonly string[] },
  recipients: readonly string[],
  fail: Fail,
): Failure {
  if (diagnosis.kind !== "rejected" || recipients.length === 1) return fail(diagnosis);
  const about = new Set(diagnosis.about.map(mailboxKey));
  const meant = recipients.filter((address) => about.has(mailboxKey(address)));
  if (meant.length === recipients.length) return fail(diagnosis);
  // Nobody says which of them: none may be given up for it.
  if (meant.length === 0) return fail({ ...diagnosis, kind: "refused" });
  const along = fail({ kind: "refused", reason: "sent along with a recipient that was rejected" });
  const own = fail(diagnosis);
  return fail(
    { ...diagnosis, kind: "refused" },
    recipients.map((address) => ({ address, failure: meant.includes(address) ? own : along })),
  );
}

/** A row of a table speaks for an answer that was read: what it calls transient was surely not taken. */
const definitely = <T extends Diagnosis>(diagnosis: T): T =>
  diagnosis.kind === "transient" ? { ...diagnosis, definite: true } : diagnosis;

/** What an answer to a message means for its recipients. */
export function outcomeOf(
  api: HttpApi,
  provider: string,
  answer: Answer,
  letter: Letter,
  recipients: readonly string[],
  fail: Fail,
): Outcome {
  const said = answer.status >= 200 && answer.status <= 299 ? api.accepted(answer) : undefined;
  if (said === undefined || !messageIdForm.test(said.messageId))
    return refusedFor(definitely(explainAnswer(api, answer, letter)), recipients, fail);
  const { accepted, rejected } = taken(api, answer, said, recipients, fail);
  const first = rejected[0];
  if (accepted.length === 0 && first !== undefined) {
    const { kind, reason, code } = first.failure;
    return fail({ kind, reason, code }, rejected);
  }
  return receipt({ provider, messageId: said.messageId, accepted, rejected });
}
