import { checkProxy, closest, providerId } from "@relais/core/spi";
import { checkCredentials } from "./check-credentials.ts";
import { checkEndpoint, checkSafeEndpoint } from "./check-endpoint.ts";
import type { SesOptions } from "./ses-options.ts";

type Check = (field: string, value: unknown) => void;

const text =
  (pattern: RegExp, what: string): Check =>
  (field, value) => {
    if (typeof value !== "string") throw new TypeError(`${field} must be a string, not ${kindOf(value)}`);
    if (!pattern.test(value)) throw new RangeError(`${field} must be ${what}`);
  };

const count =
  (min: number, max: number): Check =>
  (field, value) => {
    if (typeof value !== "number") throw new TypeError(`${field} must be a number, not ${kindOf(value)}`);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RangeError(`${field} must be a whole number from ${min} to ${max}, not ${value}`);
  };

const arn = text(
  /^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity\/[\x21-\x7e]{1,320}$/,
  "the ARN of an SES identity",
);
const tagText = /^[A-Za-z0-9_-]{1,256}$/;

const tags: Check = (field, value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${field} must be an object, not ${kindOf(value)}`);
  const entries = Object.entries(value);
  if (entries.length > 50)
    throw new RangeError(`${field} has ${entries.length} entries; at most 50 are allowed`);
  for (const [name, content] of entries) {
    if (!tagText.test(name) || name === "__proto__" || typeof content !== "string" || !tagText.test(content))
      throw new RangeError(`${field} must have names and values of 1 to 256 letters, digits, _ or -`);
  }
};

const ca: Check = (field, value) => {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (
    list.length === 0 ||
    !list.every((pem) => typeof pem === "string" && pem.includes("-----BEGIN CERTIFICATE-----"))
  )
    throw new TypeError(`${field} must be PEM certificates`);
};

const checks: Readonly<Record<keyof SesOptions, Check>> = {
  id: (field, value) => void providerId(field, value),
  region: text(/^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/, "the name of an AWS region, such as eu-west-1"),
  endpoint: checkEndpoint,
  allowInsecureHttp: (field, value) => {
    if (typeof value !== "boolean") throw new TypeError(`${field} must be true or false`);
  },
  credentials: checkCredentials,
  configurationSet: text(tagText, "1 to 256 letters, digits, _ or -"),
  tags,
  fromArn: arn,
  sourceArn: arn,
  returnPathArn: arn,
  ca,
  proxy: checkProxy,
  maxConnections: count(1, 1_000),
  maxBytesUnderWay: count(1, Number.MAX_SAFE_INTEGER),
  connectionTimeoutMs: count(1, 600_000),
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

/**
 * Checks everything that can be known before the first message. Values are never shown: one may be a secret in
 * the wrong place.
 * @throws {TypeError | RangeError} one sentence that names the field and what is wrong with it
 */
export function checkOptions(options: unknown): asserts options is SesOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`the options of ses must be an object, not ${kindOf(options)}`);
  for (const [field, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, field)) {
      const meant = closest(field, Object.keys(checks));
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      throw new TypeError(`${JSON.stringify(field.slice(0, 40))} is not an option of ses${hint}`);
    }
    if (value !== undefined) checks[field as keyof SesOptions](field, value);
  }
  const { endpoint, allowInsecureHttp } = options as SesOptions;
  if (endpoint !== undefined && allowInsecureHttp !== true) checkSafeEndpoint("endpoint", endpoint);
}
