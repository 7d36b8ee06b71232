import { abortAfter } from "./abort-after.ts";
import { abortBefore } from "./abort-before.ts";
import { abortPromptly } from "./abort-promptly.ts";
import { abortedAlready } from "./aborted-already.ts";
import { closes } from "./closes.ts";
import { envelopeOnly } from "./envelope-only.ts";
import { farEndsName } from "./far-ends-name.ts";
import { handOverFirst } from "./hand-over-first.ts";
import { handOverRefused } from "./hand-over-refused.ts";
import { kindRules } from "./kind-rule.ts";
import { letsGo } from "./lets-go.ts";
import { manyAtOnce } from "./many-at-once.ts";
import { messageUntouched } from "./message-untouched.ts";
import { neverRejects } from "./never-rejects.ts";
import { noMadeUpName } from "./no-made-up-name.ts";
import { noSecret } from "./no-secret.ts";
import { noSecretEchoed } from "./no-secret-echoed.ts";
import { oneTry } from "./one-try.ts";
import { ownId } from "./own-id.ts";
import { partialAcceptance, puttingOff } from "./partial-acceptance.ts";
import type { RuleParts } from "./rule-parts.ts";
import { sameKey } from "./same-key.ts";
import { verifies } from "./verifies.ts";

/** Every rule, in the order of the README. */
export const allRules: readonly RuleParts[] = [
  neverRejects,
  ownId,
  ...kindRules,
  farEndsName,
  noMadeUpName,
  handOverFirst,
  handOverRefused,
  abortedAlready,
  abortBefore,
  abortAfter,
  abortPromptly,
  oneTry,
  messageUntouched,
  sameKey,
  envelopeOnly,
  partialAcceptance,
  puttingOff,
  manyAtOnce,
  noSecret,
  noSecretEchoed,
  verifies,
  closes,
  letsGo,
];
