import type { ChainOptions } from "@relais/core";
import type { SettingsReader } from "./settings-reader.ts";

const minCharacters = 16;

/** What tokens are signed with: several with commas between, of which the first signs. */
export function secretsFromEnv(read: SettingsReader, name: string): readonly string[] | undefined {
  const secrets = read
    .text(name)
    ?.split(",")
    .map((one) => one.trim());
  if (secrets?.some(({ length }) => length < minCharacters))
    read.problem(`${name} must have ${minCharacters} characters or more.`);
  return secrets;
}

/** `RELAIS_UNSUBSCRIBE_SECRET`: what signs links to unsubscribe. */
export function unsubscribeFromEnv(read: SettingsReader): ChainOptions["unsubscribe"] {
  const secret = secretsFromEnv(read, "RELAIS_UNSUBSCRIBE_SECRET");
  return secret === undefined ? undefined : { secret };
}
