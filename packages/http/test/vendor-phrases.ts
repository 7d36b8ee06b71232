import type { FailureKind } from "@relais/core/spi";
import type { About } from "@relais/http";
import { type VendorName, vendors } from "./vendors.ts";

type Name = VendorName;

/** What vendors say in prose, as their pages and public reports have it; what it is about, and its kind. */
interface Phrases {
  readonly of?: readonly Name[];
  readonly statuses: readonly number[];
  /** Where the vendor has codes. @defaultValue any that the vendor uses for several things */
  readonly code?: string;
  readonly words: readonly string[];
  readonly about: About;
  readonly kind: FailureKind;
  readonly atLeastMs?: number;
}

const hourMs = 3_600_000;
const anyOf = [400, 401, 403];

const phrases: readonly Phrases[] = [
  {
    statuses: anyOf,
    words: [
      "API key is invalid",
      "The API key has been revoked",
      "Invalid API key provided",
      "API Key is not enabled",
      "Your API key is suspended",
      "The provided authorization grant is invalid, expired, or revoked",
      "The associated domain with your API key is not verified. Please, create a new API key.",
    ],
    about: "account",
    kind: "misconfigured",
  },
  {
    of: ["resend", "postmark", "sendgrid", "brevo"],
    statuses: [400, 403],
    words: [
      "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
      "The example.org domain is not verified. Please, add and verify your domain on https://resend.com/domains",
      "Sending has been rejected because the sender you used shop@example.org is not valid. Validate your sender or authenticate your domain",
      "Invalid `from` field. The email address needs to follow the format.",
      "The account-suspended.example domain is not verified",
    ],
    about: "identity",
    kind: "refused",
  },
  {
    statuses: [...anyOf, 429],
    words: [
      "You have reached your daily email sending quota.",
      "Monthly sending limit exceeded",
      "Daily sending limit reached",
      "You have exceeded your plan limits for this month",
      "Your account has exceeded its hourly limit",
      "Maximum credits exceeded",
    ],
    about: "account",
    kind: "throttled",
    atLeastMs: hourMs,
  },
  {
    statuses: [...anyOf, 402],
    words: [
      "Insufficient credits",
      "Your account does not have enough credits",
      "You ran out of credits.",
      "Payment required: please update your payment method",
      "Your subscription has expired",
    ],
    about: "account",
    kind: "misconfigured",
  },
  {
    statuses: anyOf,
    words: [
      "Your account is disabled",
      "Your account has been suspended",
      "Account is under review",
      "Your account is temporarily disabled. Please contact support to learn more.",
      "Your organization has been blocked",
      "Unable to send email. Your SMTP account is not yet activated",
      "Please activate your Mailgun account. Check your inbox or log in to your control panel.",
    ],
    about: "account",
    kind: "misconfigured",
  },
  {
    of: ["mailgun"],
    statuses: [400, 403],
    words: [
      "Domain sandbox123.mailgun.org is not allowed to send: Sandbox subdomains are for test purposes only.",
      "Domain mg.example.com is not allowed to send: The domain is unverified and requires DNS configuration.",
      "Free accounts are for test purposes only. Please upgrade or add the address to your authorized recipients.",
      "The domain is unverified and requires DNS configuration.",
    ],
    about: "account",
    kind: "misconfigured",
  },
  {
    of: ["mailgun"],
    statuses: [400, 403, 420],
    words: [
      "Your account is on probation and domains are limited to 100 messages / hour. Account will be enabled in 2081 seconds",
      "Domain mg.example.com is not allowed to send: recipient limit exceeded, try again in 40 minutes",
    ],
    about: "account",
    kind: "throttled",
    atLeastMs: 2_000_000,
  },
  {
    of: ["mailgun"],
    statuses: [400],
    words: ["'from' parameter is not a valid address. please check documentation"],
    about: "identity",
    kind: "refused",
  },
  {
    of: ["mailgun"],
    statuses: [400],
    words: [
      "'to' parameter is not a valid address. please check documentation",
      "to parameter is not a valid address",
    ],
    about: "recipient",
    kind: "rejected",
  },
  {
    of: ["resend"],
    statuses: [422],
    words: [
      "Invalid `to` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.",
    ],
    about: "recipient",
    kind: "rejected",
  },
  {
    of: ["postmark"],
    statuses: [422],
    words: [
      "Invalid 'To' address: 'bob@example.org'.",
      "Error parsing 'To': Illegal email domain 'example.org.' in address 'bob@example.org'.",
    ],
    about: "recipient",
    kind: "rejected",
  },
  {
    of: ["postmark"],
    statuses: [422],
    words: ["Invalid 'From' address: 'ann@example.com'.", "Error parsing 'From': Illegal email address ']'."],
    about: "identity",
    kind: "refused",
  },
  {
    of: ["postmark"],
    statuses: [422],
    words: ["Invalid metadata content.", "Zero recipients specified"],
    about: "message",
    kind: "refused",
  },
  {
    of: ["brevo"],
    statuses: [400],
    words: [
      "email is not valid in to",
      "bob@example.org is not valid",
      "Invalid email address: bob@example.org",
    ],
    about: "recipient",
    kind: "rejected",
  },
  {
    of: ["brevo"],
    statuses: [400],
    words: ["valid sender email required", "sender name is missing", "email is not valid in replyTo"],
    about: "identity",
    kind: "refused",
  },
];

const names = vendors.map(({ name }) => name);

/** The code under which a vendor says several things, so that only the words tell. */
const commonCode: Readonly<Record<Name, string | undefined>> = {
  resend: "validation_error",
  postmark: "300",
  sendgrid: undefined,
  mailgun: undefined,
  brevo: "invalid_parameter",
};

const bodyOf: Readonly<Record<Name, (code: string | undefined, words: string) => unknown>> = {
  resend: (name, message) => ({ name, message }),
  postmark: (code, Message) => ({ ErrorCode: Number(code), Message }),
  sendgrid: (field = null as never, message) => ({ errors: [{ field, message, help: null }] }),
  mailgun: (_, message) => ({ message }),
  brevo: (code, message) => ({ code, message }),
};

export interface Phrase extends Pick<Phrases, "about" | "kind" | "atLeastMs"> {
  readonly status: number;
  readonly code: string | undefined;
  readonly words: string;
  readonly body: unknown;
}

/** Every phrase of a vendor under every status of it. */
export function everyPhrase(vendor: Name): Phrase[] {
  return phrases
    .filter(({ of = names }) => of.includes(vendor))
    .flatMap(({ statuses, code = commonCode[vendor], words, about, kind, atLeastMs }) =>
      statuses.flatMap((status) =>
        words.map((text) => ({
          status,
          code,
          words: text,
          body: bodyOf[vendor](code, text),
          about,
          kind,
          ...(atLeastMs === undefined ? {} : { atLeastMs }),
        })),
      ),
    );
}
