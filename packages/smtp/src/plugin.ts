import { definePlugin, optionsSchema, type Plugin } from "@relais/core/spi";
import { checkOptions } from "./check-options.ts";
import { optionsFromEnv } from "./options-from-env.ts";
import { smtp } from "./smtp.ts";
import type { SmtpOptions } from "./smtp-options.ts";

const load = () => import("./schema.ts");

/** `use: smtp` in a configuration. */
export const plugin: Plugin<SmtpOptions> = definePlugin<SmtpOptions>({
  name: "smtp",
  options: optionsSchema(
    async () => (await load()).schema,
    (options) => void checkOptions(options),
  ),
  create: (options, { id }) => smtp(id === undefined ? options : { ...options, id }),
  fromEnv: optionsFromEnv,
  jsonSchema: async () => (await load()).jsonSchema(),
});
