import { definePlugin, option, type Plugin, type Provider } from "@relais/core/spi";
import { type VendorOptions, vendors } from "./vendors.ts";

/** What a configuration may say: the API, and its provider's options. */
export type HttpPluginOptions = {
  [Name in keyof VendorOptions]: { readonly api: Name } & VendorOptions[Name];
}[keyof VendorOptions];

function create({ api, ...options }: HttpPluginOptions, id?: string): Provider {
  const make: (options: never) => Provider = vendors[api];
  return make({ ...options, id: options.id ?? id } as never);
}

const names = Object.keys(vendors) as (keyof VendorOptions)[];
const apis = new Map<unknown, option.Field>(
  names.map((name) => [
    name,
    option.record({ api: option.required(option.oneOf(name)), ...vendors[name].fields }),
  ]),
);
/** Where the API itself is missing or wrong: that is all that is said then, with those that there are. */
const anyApi = option.map(option.object<{ readonly api?: unknown }>(), ({ api = "" }) =>
  option.record({ api: option.required(option.oneOf(...names)) }).read({ api }),
);
const pluginOptions = option.either([...apis.values()], (value) => {
  const { api } = (value ?? {}) as { readonly api?: unknown };
  return apis.get(api) ?? anyApi;
}) as option.Field<HttpPluginOptions>;

/** How configurations name providers of this package: `{ api: "resend", apiKey: … }`. */
export const plugin: Plugin<HttpPluginOptions> = definePlugin<HttpPluginOptions>({
  name: "http",
  ...option.forPlugin(pluginOptions, (options) => void create(options)),
  create: (options, tools) => create(options, tools.id),
});
