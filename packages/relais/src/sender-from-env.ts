import { type Environment, settingsReader } from "./settings-reader.ts";

/** The sender of messages that name none, where the environment has one. */
export function senderFromEnv(env: Environment): string | undefined {
  return settingsReader(env).text("AWS_SES_FROM_EMAIL");
}
