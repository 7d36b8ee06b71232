import { type Check, commonChecks } from "./check-options.ts";
import type { HttpApi } from "./http-api.ts";

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

const functions = ["body", "accepted", "complaint"] as const;

const checkApi: Check = (field, value) => {
  if (typeof value !== "object" || value === null) throw new TypeError(`${field} must be an object`);
  const api = value as Record<string, unknown>;
  for (const name of ["name", "endpoint", "path"])
    if (typeof api[name] !== "string" || api[name] === "")
      throw new TypeError(`${field}.${name} must be a string`);
  if (!String(api.path).startsWith("/")) throw new RangeError(`${field}.path must begin with /`);
  commonChecks.endpoint?.(`${field}.endpoint`, api.endpoint);
  for (const name of functions)
    if (typeof api[name] !== "function") throw new TypeError(`${field}.${name} must be a function`);
  for (const name of ["errors", "secrets"])
    if (!Array.isArray(api[name])) throw new TypeError(`${field}.${name} must be an array`);
  const headers = Object.entries((api.headers ?? {}) as Record<string, unknown>);
  for (const [name, text] of headers)
    if (typeof text !== "string" || !/^[\x20-\x7e]+$/.test(text))
      throw new TypeError(`${field}.headers.${name} must be a string of printable ASCII`);
};

/** What `http` looks at. */
export const httpChecks: Readonly<Record<string, Check>> = { ...commonChecks, api: checkApi };
