import type { FailureKind, Provider } from "@relais/core/spi";
import {
  brevo,
  type CommonOptions,
  type errorTables,
  mailgun,
  postmark,
  resend,
  sendgrid,
} from "@relais/http";
import type { Reply } from "./api-server.ts";

/** One answer as the vendor documents it, and what it has to lead to. */
export interface ErrorCase {
  readonly reply: Reply;
  readonly kind: FailureKind;
  readonly code: string;
  readonly retryAfterMs?: number;
}

export type VendorName = Exclude<keyof typeof errorTables, "otherwise">;

export interface Vendor {
  readonly name: VendorName;
  readonly id: string;
  readonly key: string;
  readonly make: (options: CommonOptions) => Provider;
  readonly path: string;
  /** The header that logs in. */
  readonly login: readonly [string, string];
  readonly success: Reply;
  readonly messageId: string;
  readonly maxRecipients: number;
  readonly checkPath: string;
  readonly errors: readonly ErrorCase[];
}

const no = (
  status: number,
  body: unknown,
  kind: FailureKind,
  code: string,
  more: { headers?: Record<string, string>; retryAfterMs?: number } = {},
): ErrorCase => ({
  reply: { status, body, ...(more.headers === undefined ? {} : { headers: more.headers }) },
  kind,
  code,
  ...(more.retryAfterMs === undefined ? {} : { retryAfterMs: more.retryAfterMs }),
});

const named = (status: number, name: string, kind: FailureKind, more = {}): ErrorCase =>
  no(status, { statusCode: status, name, message: "words" }, kind, `${status} ${name}`, more);
const wait = { headers: { "retry-after": "7" }, retryAfterMs: 7_000 };

const resendVendor: Vendor = {
  name: "resend",
  id: "RESEND",
  key: "re_5ecretKey00",
  make: (options) => resend({ apiKey: "re_5ecretKey00", ...options }),
  path: "/emails",
  login: ["authorization", "Bearer re_5ecretKey00"],
  success: { status: 200, body: { id: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794" } },
  messageId: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794",
  maxRecipients: 50,
  checkPath: "/domains",
  errors: [
    named(401, "missing_api_key", "misconfigured"),
    named(401, "restricted_api_key", "misconfigured"),
    named(403, "invalid_api_key", "misconfigured"),
    named(403, "validation_error", "refused"),
    named(403, "invalid_from_address", "refused"),
    named(404, "not_found", "misconfigured"),
    named(405, "method_not_allowed", "misconfigured"),
    named(409, "invalid_idempotent_request", "unknown"),
    named(409, "concurrent_idempotent_requests", "unknown"),
    named(400, "invalid_idempotency_key", "refused"),
    named(400, "validation_error", "refused"),
    named(422, "invalid_attachment", "refused"),
    named(422, "missing_required_field", "refused"),
    named(429, "daily_quota_exceeded", "throttled", { ...wait, retryAfterMs: 3_600_000 }),
    named(429, "monthly_quota_exceeded", "throttled", {
      headers: { "retry-after": "7200" },
      retryAfterMs: 7_200_000,
    }),
    named(403, "suspended_api_key", "misconfigured"),
    named(403, "invalid_to_address", "refused"),
    named(422, "invalid_parameter", "refused"),
    named(451, "security_error", "refused"),
    named(429, "rate_limit_exceeded", "throttled", {
      headers: { "ratelimit-reset": "2" },
      retryAfterMs: 2_000,
    }),
    named(429, "new_kind_of_limit", "throttled", wait),
    named(500, "application_error", "unknown"),
    named(500, "internal_server_error", "unknown"),
  ],
};

const mark = (
  status: number,
  ErrorCode: number,
  kind: FailureKind,
  Message = "words",
  more = {},
): ErrorCase => no(status, { ErrorCode, Message }, kind, `${status} ${ErrorCode}`, more);

const postmarkVendor: Vendor = {
  name: "postmark",
  id: "POSTMARK",
  key: "5ecret-t0ken-0000",
  make: (options) => postmark({ serverToken: "5ecret-t0ken-0000", ...options }),
  path: "/email",
  login: ["x-postmark-server-token", "5ecret-t0ken-0000"],
  success: {
    status: 200,
    body: {
      To: "bob@example.org",
      SubmittedAt: "2014-02-17T07:25:01.4178645-05:00",
      MessageID: "0a129aee-e1cd-480d-b08d-4f48548ff48d",
      ErrorCode: 0,
      Message: "OK",
    },
  },
  messageId: "0a129aee-e1cd-480d-b08d-4f48548ff48d",
  maxRecipients: 50,
  checkPath: "/server",
  errors: [
    mark(401, 10, "misconfigured"),
    mark(503, 100, "transient"),
    mark(422, 300, "refused"),
    mark(422, 400, "refused"),
    mark(422, 401, "refused"),
    mark(422, 402, "refused"),
    mark(422, 403, "refused"),
    mark(422, 405, "misconfigured"),
    mark(422, 406, "rejected"),
    mark(422, 409, "misconfigured"),
    mark(422, 410, "refused"),
    mark(422, 411, "refused"),
    mark(422, 412, "misconfigured"),
    mark(422, 413, "misconfigured"),
    mark(422, 1235, "misconfigured"),
    mark(422, 9999, "refused"),
    mark(429, 429, "throttled"),
    no(401, "", "misconfigured", "401"),
    no(404, "", "misconfigured", "404"),
    no(413, "", "refused", "413"),
    no(422, "", "refused", "422"),
    no(500, "", "unknown", "500"),
  ],
};

const grid = (status: number, field: string | null, kind: FailureKind, more = {}): ErrorCase =>
  no(
    status,
    { errors: [{ field, message: "words", help: null }] },
    kind,
    field === null ? String(status) : `${status} ${field}`,
    more,
  );

const sendgridVendor: Vendor = {
  name: "sendgrid",
  id: "SENDGRID",
  key: "SG.5ecretKey.00",
  make: (options) => sendgrid({ apiKey: "SG.5ecretKey.00", ...options }),
  path: "/v3/mail/send",
  login: ["authorization", "Bearer SG.5ecretKey.00"],
  success: { status: 202, headers: { "x-message-id": "14c5d75ce93.dfd.64b469" } },
  messageId: "14c5d75ce93.dfd.64b469",
  maxRecipients: 1_000,
  checkPath: "/v3/scopes",
  errors: [
    grid(400, "personalizations.0.to.0.email", "rejected"),
    grid(400, "from.email", "refused"),
    grid(403, "from", "refused"),
    grid(400, "subject", "refused"),
    grid(401, null, "misconfigured"),
    grid(403, null, "misconfigured"),
    grid(406, null, "misconfigured"),
    grid(413, null, "refused"),
    grid(429, null, "throttled", wait),
    grid(451, null, "refused"),
    grid(500, null, "unknown"),
  ],
};

const gun = (status: number, kind: FailureKind, more = {}): ErrorCase =>
  no(status, { message: "words" }, kind, String(status), more);

const mailgunVendor: Vendor = {
  name: "mailgun",
  id: "MAILGUN",
  key: "5ecret0123456789",
  make: (options) => mailgun({ apiKey: "5ecret0123456789", domain: "mg.example.com", ...options }),
  path: "/v3/mg.example.com/messages",
  login: ["authorization", `Basic ${Buffer.from("api:5ecret0123456789").toString("base64")}`],
  success: {
    status: 200,
    body: { id: "<20111114174239.25659.5817@mg.example.com>", message: "Queued. Thank you." },
  },
  messageId: "<20111114174239.25659.5817@mg.example.com>",
  maxRecipients: 1_000,
  checkPath: "/v3/domains/mg.example.com",
  errors: [
    gun(400, "refused"),
    no(401, "Forbidden", "misconfigured", "401"),
    gun(402, "misconfigured"),
    gun(403, "misconfigured"),
    gun(404, "misconfigured"),
    gun(413, "refused"),
    gun(420, "throttled", { retryAfterMs: 600_000 }),
    gun(429, "throttled", wait),
    gun(500, "unknown"),
  ],
};

const blue = (status: number, code: string, kind: FailureKind, more = {}): ErrorCase =>
  no(status, { code, message: "words" }, kind, `${status} ${code}`, more);

const brevoVendor: Vendor = {
  name: "brevo",
  id: "BREVO",
  key: "xkeysib-5ecret00",
  make: (options) => brevo({ apiKey: "xkeysib-5ecret00", ...options }),
  path: "/v3/smtp/email",
  login: ["api-key", "xkeysib-5ecret00"],
  success: { status: 201, body: { messageId: "<201798300811.5787683@relay.domain.com>" } },
  messageId: "<201798300811.5787683@relay.domain.com>",
  maxRecipients: 99,
  checkPath: "/v3/account",
  errors: [
    blue(401, "unauthorized", "misconfigured"),
    blue(403, "permission_denied", "misconfigured"),
    blue(403, "reseller_permission_denied", "misconfigured"),
    blue(402, "account_under_validation", "misconfigured"),
    blue(402, "not_enough_credits", "misconfigured"),
    blue(405, "method_not_allowed", "misconfigured"),
    blue(400, "duplicate_request", "unknown"),
    blue(400, "invalid_parameter", "refused"),
    blue(400, "missing_parameter", "refused"),
    blue(400, "out_of_range", "refused"),
    blue(404, "document_not_found", "misconfigured"),
    blue(406, "not_acceptable", "refused"),
    no(429, { message: "words" }, "throttled", "429", {
      headers: { "x-sib-ratelimit-reset": "30" },
      retryAfterMs: 30_000,
    }),
  ],
};

export const vendors: readonly Vendor[] = [
  resendVendor,
  postmarkVendor,
  sendgridVendor,
  mailgunVendor,
  brevoVendor,
];
