import { definePlugin, optionsSchema, type Plugin } from "@relais/core/spi";
import { checkOptions } from "./check-options.ts";
import { optionsFromEnv } from "./options-from-env.ts";
import { ses } from "./ses.ts";
import type { SesOptions } from "./ses-options.ts";

const load = () => import("./schema.ts");

/** `use: ses` in a configuration. */
export const plugin: Plugin<SesOptions> = definePlugin<SesOptions>({
  name: "ses",
  options: optionsSchema(
    async () => (await load()).schema,
    (options) => void checkOptions(options),
  ),
  create: (options, { id }) => ses(id === undefined ? options : { ...options, id }),
  fromEnv: optionsFromEnv,
  jsonSchema: async () => (await load()).jsonSchema(),
});
