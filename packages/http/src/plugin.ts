import { definePlugin, option, type Plugin, type Provider } from "@relais/core/spi";
import { type CommonOptions, commonFields } from "./api/options.ts";
import { type Vendor, vendorProvider } from "./provider/vendor.ts";
import { type VendorOptions, vendors } from "./vendors.ts";

/** What a configuration may say: the API, and its provider's options. */
export type HttpPluginOptions = {
  [Name in keyof VendorOptions]: { readonly api: Name } & VendorOptions[Name];
}[keyof VendorOptions];

function create({ api, ...options }: HttpPluginOptions, id?: string): Provider {
  const vendor: Vendor<CommonOptions> = vendors[api];
  return vendorProvider(vendor, { ...options, id: options.id ?? id });
}

const names = Object.keys(vendors) as (keyof VendorOptions)[];
const apis = new Map<unknown, option.Field>(
  names.map((name) => [
    name,
    option.record({ api: option.required(option.oneOf(name)), ...vendors[name].fields, ...commonFields }),
  ]),
);
/** Where the API itself is missing or wrong. */
const anyApi = option.record({ api: option.required(option.oneOf(...names)) });

/** How configurations name providers of this package: `{ api: "resend", apiKey: … }`. */
export const plugin: Plugin<HttpPluginOptions> = definePlugin<HttpPluginOptions>({
  name: "http",
  ...option.forPlugin<HttpPluginOptions>(
    option.either(
      [...apis.values()],
      (value) => apis.get((value as { api?: unknown } | null)?.api) ?? anyApi,
    ),
    (options) => void create(options),
  ),
  create: (options, tools) => create(options, tools.id),
});
