import type { Provider } from "@relais/core/spi";
import { type Fields, withoutNulls } from "@relais/http-client";
import type { HttpApi } from "../api/api.ts";
import type { ErrorRow } from "../api/errors.ts";
import { type CommonOptions, checkOptions, commonFields } from "../api/options.ts";
import { http } from "./http.ts";

/** A vendor's options, errors and API: all that there is to say about it. */
export interface Vendor<Options extends CommonOptions> {
  /** As configurations say it: `resend`. */
  readonly name: string;
  /** Of its options, those that are its own. */
  readonly fields: Fields<Exclude<keyof Options & string, keyof CommonOptions>>;
  readonly errors: readonly ErrorRow[];
  api(options: Options): Omit<HttpApi, "errors">;
}

/** @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it */
export function vendorProvider<Options extends CommonOptions>(
  vendor: Vendor<Options>,
  given: Options,
): Provider {
  checkOptions(vendor.name, given, fieldsOf(vendor));
  const options = withoutNulls(given);
  const { id, endpoint, maxConnections, connectionTimeoutMs, ca, proxy } = options;
  const api = { ...vendor.api(options), errors: vendor.errors };
  return http({ id, endpoint, maxConnections, connectionTimeoutMs, ca, proxy, api });
}

/** All options of a vendor's provider. */
export const fieldsOf = (vendor: Pick<Vendor<CommonOptions>, "fields">): Fields => ({
  ...vendor.fields,
  ...commonFields,
});
