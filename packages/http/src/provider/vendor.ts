import { option, type Provider } from "@relais/core/spi";
import type { HttpApi } from "../api/api.ts";
import type { ErrorRow } from "../api/errors.ts";
import { type CommonOptions, commonFields } from "../api/options.ts";
import { http } from "./http.ts";

/** A vendor's options, errors and API: all that there is to say about it. */
export interface Vendor<Options extends CommonOptions> {
  /** `Resend`; in lower case the name that configurations have for it. */
  readonly name: string;
  /** Of its options, those that are its own. */
  readonly fields: option.Fields;
  readonly errors: readonly ErrorRow[];
  api(options: Options): Omit<HttpApi, "errors" | "name">;
}

/** Makes a vendor's provider. */
export interface VendorProvider<Options extends CommonOptions> {
  (options: Options): Provider;
  readonly errors: readonly ErrorRow[];
  /** All options of its provider. */
  readonly fields: option.Fields;
}

/** What makes providers of a vendor; throws one sentence about the first option that is wrong, and shows no value. */
export function vendor<Options extends CommonOptions>({
  name,
  errors,
  api,
  ...own
}: Vendor<Options>): VendorProvider<Options> {
  const fields = { ...own.fields, ...commonFields };
  const create = (given: Options): Provider => {
    const options = option.check(name.toLowerCase(), option.record(fields), given) as object as Options;
    const { id, endpoint, maxConnections, connectionTimeoutMs, ca, proxy } = options;
    const described = { ...api(options), name, errors };
    return http({ id, endpoint, maxConnections, connectionTimeoutMs, ca, proxy, api: described });
  };
  return Object.assign(create, { fields, errors });
}
