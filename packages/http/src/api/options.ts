import {
  checkFields,
  connectionFields,
  endpoint,
  type Field,
  type Fields,
  id,
  isInsecure,
  required,
  text,
  textSchema,
} from "@relais/http-client";
import type { HttpApi } from "./api.ts";

/** What all providers of this package may be told. */
export interface CommonOptions {
  /** The instance's name in its chain. @defaultValue the API's name in capitals */
  readonly id?: string | undefined;
  /** Base URL in place of the API's own: https, or http to a loopback address. */
  readonly endpoint?: string | undefined;
  /** Messages under way at once; further ones wait in line. @defaultValue 10 */
  readonly maxConnections?: number | undefined;
  /** How long to wait for a connection, TLS included, ms. @defaultValue 10000 */
  readonly connectionTimeoutMs?: number | undefined;
  /** PEM certificates to trust in place of Node's own. */
  readonly ca?: string | readonly string[] | undefined;
  /**
   * An HTTP proxy that knows CONNECT: `http://user:password@host:port`.
   * @defaultValue what Node takes from the environment, if it was started with `NODE_USE_ENV_PROXY=1`
   */
  readonly proxy?: string | undefined;
}

/** Options of `http`: a described API, and how to reach it. */
export interface HttpOptions extends CommonOptions {
  readonly api: HttpApi;
}

/** A key: it goes into a header. */
export const key: Field = text(/^[\x21-\x7e]{1,512}$/, "1 to 512 ASCII characters without blanks");

/** An id; in a file, too. */
export const idText: Field = { ...id, schema: textSchema };

export const domain: Field = {
  check: (field, value) => {
    if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
    if (!/^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$/.test(value))
      throw new RangeError(`${field} is not a domain name`);
  },
  schema: textSchema,
};

const safeEndpoint: Field = {
  ...endpoint,
  check: (field, value) => {
    endpoint.check(field, value);
    if (isInsecure(value as string))
      throw new RangeError(`${field} must begin with https://: without TLS the key could be read on its way`);
  },
};

/** The options that all providers of this package have. */
export const commonFields: Fields<keyof CommonOptions> = {
  id: idText,
  endpoint: safeEndpoint,
  ...connectionFields,
};

const api: Field = {
  check: (field, value) => {
    if (typeof value !== "object" || value === null) throw new TypeError(`${field} must be an object`);
    const parts = value as Record<string, unknown>;
    for (const name of ["name", "endpoint", "path"])
      if (typeof parts[name] !== "string" || parts[name] === "")
        throw new TypeError(`${field}.${name} must be a string`);
    if (!String(parts.path).startsWith("/")) throw new RangeError(`${field}.path must begin with /`);
    safeEndpoint.check(`${field}.endpoint`, parts.endpoint);
    for (const name of ["body", "accepted", "complaint"])
      if (typeof parts[name] !== "function") throw new TypeError(`${field}.${name} must be a function`);
    for (const name of ["errors", "secrets"])
      if (!Array.isArray(parts[name])) throw new TypeError(`${field}.${name} must be an array`);
    for (const [name, header] of Object.entries((parts.headers ?? {}) as Record<string, unknown>))
      if (typeof header !== "string" || !/^[\x20-\x7e]+$/.test(header))
        throw new TypeError(`${field}.headers.${name} must be a string of printable ASCII`);
  },
};

/** The options of `http`. */
export const httpFields: Fields<keyof HttpOptions> = { ...commonFields, api: required(api) };

/** @throws {TypeError | RangeError} one sentence that begins with `name` and shows no value */
export function checkOptions(name: string, options: unknown, fields: Fields): void {
  checkFields(fields, options, {
    notAnObject: () => `${name}: options must be an object`,
    unknown: (option, hint) => `${name}: there is no option ${option}${hint}`,
    prefix: `${name}: `,
  });
}
