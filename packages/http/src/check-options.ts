import { checkProxy, closest, isLoopback, providerId } from "@relais/core/spi";

/** Looks at one option. @throws {TypeError | RangeError} one sentence that names the field and shows no value */
export type Check = (field: string, value: unknown) => void;

/** A text of 1 to 512 printable ASCII characters without blanks: it goes into a header. */
export const checkKey: Check = (field, value) => {
  if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
  if (!/^[\x21-\x7e]{1,512}$/.test(value))
    throw new RangeError(`${field} must be 1 to 512 ASCII characters without blanks`);
};

/** The id of a provider. */
export const checkId: Check = (field, value) => void providerId(field, value);

/** An https URL, or http to a loopback address, without user, password, query or fragment. */
const checkEndpoint: Check = (field, value) => {
  if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) throw new RangeError(`${field} is not a URL`);
  if (url.username !== "" || url.password !== "")
    throw new RangeError(`${field} may not hold a user or a password`);
  if (url.search !== "" || url.hash !== "")
    throw new RangeError(`${field} may not hold a query or a fragment`);
  if (url.protocol === "https:") return;
  if (url.protocol !== "http:") throw new RangeError(`${field} must begin with https://`);
  if (!isLoopback(url.hostname))
    throw new RangeError(`${field} must begin with https://: without TLS the key could be read on its way`);
};

/** A host name. */
export const checkDomain: Check = (field, value) => {
  if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
  if (!/^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$/.test(value))
    throw new RangeError(`${field} is not a domain name`);
};

/** A whole number between two others. */
const checkWhole =
  (from: number, to: number): Check =>
  (field, value) => {
    if (typeof value !== "number") throw new TypeError(`${field} must be a number`);
    if (!Number.isInteger(value) || value < from || value > to)
      throw new RangeError(`${field} must be a whole number from ${from} to ${to}`);
  };

const checkCa: Check = (field, value) => {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((one) => typeof one === "string"))
    throw new TypeError(`${field} must be a string or several`);
};

/** The options that all providers of this package have. */
export const commonChecks: Readonly<Record<string, Check>> = {
  id: checkId,
  endpoint: checkEndpoint,
  maxConnections: checkWhole(1, 1_000),
  connectionTimeoutMs: checkWhole(1, 600_000),
  ca: checkCa,
  proxy: checkProxy,
};

/**
 * Options against what they may be. What is `undefined` counts as absent.
 * @throws {TypeError | RangeError} one sentence about the first that is unknown, missing or wrong
 */
export function checkOptions(
  name: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
  required: readonly string[],
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`${name}: options must be an object`);
  const known = Object.keys(checks);
  for (const field of Object.keys(options)) {
    if (known.includes(field)) continue;
    const meant = closest(field, known);
    throw new TypeError(
      `${name}: there is no option ${JSON.stringify(field.slice(0, 64))}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    );
  }
  const given = options as Record<string, unknown>;
  for (const field of required)
    if (given[field] === undefined) throw new TypeError(`${name}: ${field} is missing`);
  for (const [field, check] of Object.entries(checks))
    if (given[field] !== undefined) check(`${name}: ${field}`, given[field]);
}
