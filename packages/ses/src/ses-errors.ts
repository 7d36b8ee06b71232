import { accountErrors, keyErrors, stateRefusals } from "./account-errors.ts";
import * as page from "./aws-pages.ts";
import { rateErrors, rateRefusals } from "./rate-errors.ts";
import type { SesError } from "./ses-error.ts";

const passing = { kind: "transient", about: "passing" } as const;
const refused = { kind: "refused", about: "message", meaning: "message refused" } as const;

/** Everything that SES's query API answers to a send, and what it is. Data; nothing else decides. */
export const sesErrors: readonly SesError[] = [
  ...rateErrors,

  // their trouble
  { name: "InternalFailure", ...passing, meaning: "failure inside SES", source: page.common },
  { name: "InternalServerError", ...passing, meaning: "failure inside SES", source: page.common },
  { name: "ServiceUnavailable", ...passing, meaning: "SES unavailable", source: page.common },
  {
    name: "RequestTimeout",
    ...passing,
    meaning: "SES did not get the whole request",
    source: page.sdkRetries,
  },

  ...keyErrors,
  ...accountErrors,

  // a message, here
  ...stateRefusals,
  ...rateRefusals,
  { name: "MessageRejected", ...refused, source: page.sendErrors },
  {
    name: "MailFromDomainNotVerified",
    kind: "refused",
    about: "identity",
    meaning: "MAIL FROM domain not verified",
    source: page.sendRaw,
  },
  { name: "InvalidParameterValue", ...refused, source: page.common },
  { name: "InvalidParameterCombination", ...refused, source: page.common },
  { name: "MissingParameter", ...refused, source: page.common },
  { name: "ValidationError", ...refused, source: page.common },
  { name: "BadRequest", ...refused, source: page.v2Send },
  { name: "MalformedQueryString", ...refused, source: page.common },
  { name: "RequestEntityTooLarge", ...refused, meaning: "message too large", source: page.common },
];
