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

/** @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it */
export function vendorProvider<Options extends CommonOptions>(
  { name, fields, errors, api }: Vendor<Options>,
  given: Options,
): Provider {
  const field = option.record({ ...fields, ...commonFields });
  const options = option.check(name.toLowerCase(), field, given) as CommonOptions as Options;
  const { id, endpoint, maxConnections, connectionTimeoutMs, ca, proxy } = options;
  const described = { ...api(options), name, errors };
  return http({ id, endpoint, maxConnections, connectionTimeoutMs, ca, proxy, api: described });
}
