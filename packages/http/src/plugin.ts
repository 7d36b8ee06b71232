import { definePlugin, optionsSchema, type Plugin, type Provider } from "@relais/core/spi";
import { type BrevoOptions, brevo } from "./brevo.ts";
import { type MailgunOptions, mailgun } from "./mailgun.ts";
import { type PostmarkOptions, postmark } from "./postmark.ts";
import { type ResendOptions, resend } from "./resend.ts";
import { type SendgridOptions, sendgrid } from "./sendgrid.ts";

/** What a configuration may say: the API, and its provider's options. */
export type HttpPluginOptions =
  | ({ readonly api: "resend" } & ResendOptions)
  | ({ readonly api: "postmark" } & PostmarkOptions)
  | ({ readonly api: "sendgrid" } & SendgridOptions)
  | ({ readonly api: "mailgun" } & MailgunOptions)
  | ({ readonly api: "brevo" } & BrevoOptions);

const load = () => import("./schema.ts");

function create(options: HttpPluginOptions, id: string | undefined): Provider {
  const named = { ...options, id: options.id ?? id };
  switch (named.api) {
    case "resend":
      return resend(without(named));
    case "postmark":
      return postmark(without(named));
    case "sendgrid":
      return sendgrid(without(named));
    case "mailgun":
      return mailgun(without(named));
    case "brevo":
      return brevo(without(named));
  }
}

function without<T extends { readonly api: string }>({ api: _, ...rest }: T): Omit<T, "api"> {
  return rest;
}

/** How configurations name providers of this package: `{ api: "resend", apiKey: … }`. */
export const plugin: Plugin<HttpPluginOptions> = definePlugin<HttpPluginOptions>({
  name: "http",
  options: optionsSchema(
    async () => (await load()).schema,
    (options) => void create(options, undefined),
  ),
  create: (options, tools) => create(options, tools.id),
  jsonSchema: async () => (await load()).jsonSchema(),
});
