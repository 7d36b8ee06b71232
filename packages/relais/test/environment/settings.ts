import type { SesServer, SmtpServer } from "@relais/conformance";
import { type ChainOptions, ConfigurationError, chainFromEnv } from "relais";

/** A process environment in the making. */
export type Settings = Readonly<Record<string, string>>;

const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYSECRETKEY0";

export function smtpSettings({ host, port }: SmtpServer): Settings {
  return { SMTP_HOST: host, SMTP_PORT: String(port) };
}

export function sesSettings({ endpoint }: SesServer): Settings {
  return {
    AWS_SES_REGION: "eu-west-1",
    AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SES_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SES_ENDPOINT: endpoint,
  };
}

export const sesAccount = { credentials: { AKIDEXAMPLE: { secretAccessKey } } };

export const mail = {
  from: "Boutique <shop@example.org>",
  to: "ann@example.net",
  subject: "Your order",
  text: "It is on its way.\n",
};

/** What `chainFromEnv` says is wrong with an environment. */
export function problems(env: Settings, options?: ChainOptions): readonly string[] {
  try {
    chainFromEnv(env, options);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
