import { type HttpApiName, httpApis } from "../../config/http-apis.ts";
import type { Shell } from "../shell.ts";
import { type Answers, type Format, formats, type ProviderName } from "./initial-config.ts";

/** What flags have said already. */
export type Given = Partial<Answers> & { readonly format?: Format | undefined };

/** Somebody pressed Ctrl-C. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

const labels: Readonly<Record<ProviderName, string>> = {
  smtp: "an SMTP server",
  ses: "AWS SES",
  http: "an HTTP API (Resend, Postmark, SendGrid, Mailgun, Brevo)",
};

/** Asks on the terminal for what flags have not said. @throws {Cancelled} */
export async function ask(
  given: Given,
  terminal: NonNullable<Shell["terminal"]>,
): Promise<Answers & { readonly format: Format }> {
  const { confirm, isCancel, multiselect, select, text } = await import("@clack/prompts");
  const sure = <T>(answer: T): Exclude<T, symbol> => {
    if (isCancel(answer)) throw new Cancelled();
    return answer as Exclude<T, symbol>;
  };
  const line = async (
    message: string,
    initialValue: string,
    validate?: (value: string | undefined) => string | undefined,
  ) => sure(await text({ message, initialValue, ...(validate && { validate }), ...terminal }))?.trim() ?? "";

  const order =
    given.order ??
    sure(
      await multiselect<ProviderName>({
        message: "By what do your mails go out? The first is asked first.",
        options: (["smtp", "ses", "http"] as const).map((value) => ({ value, label: labels[value] })),
        initialValues: ["smtp", "ses"],
        required: true,
        ...terminal,
      }),
    );
  const smtp = order.includes("smtp")
    ? {
        smtpHost: given.smtpHost ?? (await line("The SMTP server's name", "smtp.example.com", host)),
        smtpPort: given.smtpPort ?? Number(await line("Its port", "587", port)),
        smtpLogin:
          given.smtpLogin ??
          sure(await confirm({ message: "Does it want a login?", initialValue: true, ...terminal })),
      }
    : {};
  const ses = order.includes("ses")
    ? { sesRegion: given.sesRegion ?? (await line("The region of SES", "eu-west-1", needed)) }
    : {};
  const options = (Object.keys(httpApis) as HttpApiName[]).map((value) => ({ value, label: value }));
  const http = order.includes("http")
    ? { api: given.api ?? sure(await select({ message: "Which API?", options, ...terminal })) }
    : {};
  const from =
    given.from ?? (await line("The sender of mails that name none (may be left empty)", "", sender));
  const format =
    given.format ??
    sure(
      await select<Format>({
        message: "The configuration as",
        options: formats.map((value) => ({ value, label: `relais.config.${value}` })),
        ...terminal,
      }),
    );
  return { order, ...smtp, ...ses, ...http, ...(from ? { from } : {}), format };
}

const needed = (value: string | undefined): string | undefined =>
  value?.trim() ? undefined : "It is needed.";
// What is said of a host shows it, and a URL may hold a password.
const host = (value: string | undefined): string | undefined =>
  /[/@\s]/.test(value?.trim() ?? "")
    ? "A host name or an IP address, with nothing before or behind it."
    : needed(value);
const sender = (value: string | undefined): string | undefined =>
  !value?.trim() || /.@./.test(value) ? undefined : "An address, as in shop@example.com.";
const port = (value: string | undefined): string | undefined =>
  /^\d+$/.test(value ?? "") && Number(value) >= 1 && Number(value) <= 65535
    ? undefined
    : "A port is a whole number from 1 to 65535.";
