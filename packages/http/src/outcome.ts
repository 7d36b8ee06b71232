import { type Failure, failure, mailboxKey, type Rejection } from "@relais/core/spi";
import type { Answer } from "./answer.ts";
import type { Diagnosis } from "./diagnose.ts";
import { type Explained, explainAnswer, rowFor } from "./explain-answer.ts";
import type { HttpApi } from "./http-api.ts";
import type { Letter } from "./letter.ts";

export type Fail = (diagnosis: Diagnosis, rejected?: readonly Rejection[]) => Failure;

/** Failures of one provider, with no secret in them. */
export function failer(provider: string, clean: (text: string) => string): Fail {
  return ({ kind, reason, code, retryAfterMs, again }, rejected) =>
    failure({
      provider,
      kind,
      reason: clean(reason),
      code: code === undefined ? undefined : clean(code),
      retryAfterMs,
      again,
      rejected,
    });
}

/** What came of one request. */
export type Reading =
  | {
      readonly messageId: string;
      readonly accepted: readonly string[];
      readonly rejected: readonly Rejection[];
    }
  | Explained
  | Diagnosis;

const messageIdForm = /^[^\s\p{Cc}]{1,998}$/u;

/** What an answer to a message says. */
export function readAnswerTo(
  api: HttpApi,
  answer: Answer,
  letter: Letter,
  recipients: readonly string[],
  fail: Fail,
): Reading {
  const said = answer.status >= 200 && answer.status <= 299 ? api.accepted(answer) : undefined;
  if (said === undefined || !messageIdForm.test(said.messageId)) return explainAnswer(api, answer, letter);
  const left = new Map(said.rejected?.map(({ address, code }) => [mailboxKey(address), code]));
  const rejected = recipients.flatMap((address): Rejection[] => {
    const code = left.get(mailboxKey(address));
    if (code === undefined) return [];
    const row = rowFor(api.errors, answer.status, code);
    const reason = row?.meaning ?? "left out";
    return [{ address, failure: fail({ kind: row?.kind ?? "refused", reason, code }) }];
  });
  const names = new Set(rejected.map((one) => one.address));
  const accepted = recipients.filter((address) => !names.has(address));
  return { messageId: said.messageId, accepted, rejected };
}
