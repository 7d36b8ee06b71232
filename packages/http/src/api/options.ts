import { option } from "@relais/core/spi";
import {
  type ConnectionOptions,
  connectionFields,
  connectionTimeoutMs,
  endpoint,
  isInsecure,
  maxConnections,
} from "@relais/http-client";
import type { HttpApi } from "./api.ts";

/** A key: it goes into a header. */
export const key: option.Field<string> = option.matching(
  /^[\x21-\x7e]{1,512}$/,
  "1 to 512 ASCII characters without blanks",
);

const safeEndpoint = option.map(endpoint, (url) => {
  if (!isInsecure(url)) return url;
  throw new RangeError("must begin with https://: without TLS the key could be read on its way");
});

const ownFields = {
  /** The instance's name in its chain. @defaultValue the API's name in capitals */
  id: option.id,
  /** Base URL in place of the API's own: https, or http to a loopback address. */
  endpoint: safeEndpoint,
  /** Messages under way at once; further ones wait in line. @defaultValue 10 */
  maxConnections,
  /** How long to wait for a connection, TLS included, ms. @defaultValue 10000 */
  connectionTimeoutMs,
};

/** What all providers of this package may be told. */
export interface CommonOptions
  extends ConnectionOptions,
    option.RequiredOptions<typeof ownFields>,
    option.OptionalOptions<typeof ownFields> {}

/** The options that all providers of this package have. */
export const commonFields: typeof ownFields & typeof connectionFields = { ...ownFields, ...connectionFields };

const headers = option.map(option.object<Readonly<Record<string, string>>>(), (headers) => {
  for (const [name, value] of Object.entries(headers))
    if (typeof value !== "string" || !/^[\x20-\x7e]+$/.test(value))
      throw new TypeError(`must be strings of printable ASCII; ${name} is none`);
  return headers;
});

/** What is checked of an API's description; there may be more in it. */
const apiFields = {
  name: option.required(option.secret),
  endpoint: option.required(safeEndpoint),
  path: option.required(option.matching(/^\//, "a path that begins with /")),
  headers,
  secrets: option.required(option.list(option.string)),
  body: option.required(option.callable()),
  accepted: option.required(option.callable()),
  complaint: option.required(option.callable()),
  errors: option.required(option.list(option.object())),
};
const apiRecord = option.record(apiFields);

const httpFields = {
  /** The API. */
  api: option.required(
    option.map(option.object<HttpApi>(), (api) => {
      const known = Object.keys(apiFields).map((name) => [name, api[name as keyof HttpApi]]);
      apiRecord.read(Object.fromEntries(known));
      return api;
    }),
  ),
};

/** Options of `http`: a described API, and how to reach it. */
export interface HttpOptions
  extends CommonOptions,
    option.RequiredOptions<typeof httpFields>,
    option.OptionalOptions<typeof httpFields> {}

const allFields = { ...httpFields, ...commonFields };

export const httpOptions: option.Field<HttpOptions, option.Checked<typeof allFields>> = option.record(
  allFields,
);
