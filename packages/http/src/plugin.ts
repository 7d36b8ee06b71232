import { definePlugin, type Plugin, type Provider } from "@relais/core/spi";
import { pluginOptions, shapeOf, type Zod, type ZodType } from "@relais/http-client";
import type { CommonOptions } from "./api/options.ts";
import { fieldsOf, type Vendor, vendorProvider } from "./provider/vendor.ts";
import { type VendorOptions, vendors } from "./vendors.ts";

/** What a configuration may say: the API, and its provider's options. */
export type HttpPluginOptions = {
  [Name in keyof VendorOptions]: { readonly api: Name } & VendorOptions[Name];
}[keyof VendorOptions];

function create({ api, ...options }: HttpPluginOptions, id: string | undefined): Provider {
  const vendor: Vendor<CommonOptions> = vendors[api];
  return vendorProvider(vendor, { ...options, id: options.id ?? id });
}

function schema(zod: Zod): ZodType {
  const [first, ...others] = Object.values(vendors).map((vendor) =>
    zod.strictObject({ api: zod.literal(vendor.name), ...shapeOf(zod, fieldsOf(vendor)) }),
  );
  return zod.discriminatedUnion("api", [first as NonNullable<typeof first>, ...others]);
}

/** How configurations name providers of this package: `{ api: "resend", apiKey: … }`. */
export const plugin: Plugin<HttpPluginOptions> = definePlugin<HttpPluginOptions>({
  name: "http",
  ...pluginOptions<HttpPluginOptions>(schema, (options) => void create(options, undefined)),
  create: (options, tools) => create(options, tools.id),
});
