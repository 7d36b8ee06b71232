import type { FailureKind } from "@relais/core/spi";
import type { About } from "@relais/ses";

const arn = "arn:aws:ses:eu-west-1:123456789012";
const denied = (resource: string): string =>
  `User: arn:aws:iam::123456789012:user/shop is not authorized to perform: ses:SendRawEmail on resource: ${resource}`;

/** What SES says, by the name under which it says so; what it is, and how long it lasts. */
export const said: readonly [
  names: readonly string[],
  words: readonly string[],
  about: About,
  kind: FailureKind,
  ms?: number,
][] = [
  [
    ["MessageRejected"],
    [
      "Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.",
      "Sending suspended for this account.",
      "Sending is currently paused for your account",
      "Your account has been suspended",
      "Account is paused",
      "Account is under review",
      "This account's ability to send email is permanently restricted",
    ],
    "account",
    "misconfigured",
  ],
  [["AccountSendingPaused", "SendingPaused", "AccountSuspended"], ["", "words"], "account", "misconfigured"],
  [
    ["AccessDenied", "NotAuthorized"],
    [denied(`${arn}:identity/tenant-b.example`), denied(`\`${arn}:identity/a@tenant-b.example'`)],
    "identity",
    "refused",
  ],
  [["AccessDenied"], [denied(`${arn}:configuration-set/news`)], "identity", "refused"],
  [
    ["AccessDenied", "NotAuthorized"],
    ["not authorized to perform ses:SendRawEmail", ""],
    "account",
    "misconfigured",
  ],
  [
    ["MessageRejected"],
    [
      "Email address is not verified. The following identities failed the check in region EU-WEST-1: shop@example.org",
      "Email address is not verified. The following identities failed the check in region EU-WEST-1: account-suspended@example.org",
    ],
    "identity",
    "refused",
  ],
  [["MailFromDomainNotVerified", "ConfigurationSetSendingPaused"], ["", "words"], "identity", "refused"],
  [["MessageRejected"], ["Message contains a virus", "Address blacklisted.", ""], "message", "refused"],
  [["InvalidParameterValue", "BadRequest"], ["Missing final '@domain'"], "message", "refused"],
  [
    ["Throttling", "TooManyRequests", "RequestThrottled", "LimitExceeded", "MessageRejected"],
    ["Daily message quota exceeded", "Daily sending quota exceeded.", "Sending quota exceeded."],
    "account",
    "throttled",
    600_000,
  ],
  [
    ["Throttling", "TooManyRequests", "LimitExceeded", "SlowDown", "RequestLimitExceeded"],
    ["Maximum sending rate exceeded.", "Rate exceeded"],
    "account",
    "throttled",
    1_000,
  ],
  [["MessageRejected"], ["Maximum sending rate exceeded."], "account", "throttled", 1_000],
  [["ServiceUnavailable", "InternalFailure", "RequestTimeout"], ["", "words"], "passing", "transient"],
  [["SignatureDoesNotMatch"], ["Signature expired: 1 is now earlier than 2"], "passing", "transient"],
];
