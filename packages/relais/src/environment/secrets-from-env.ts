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

/** `RELAIS_BOUNCE_ADDRESS` and `RELAIS_BOUNCE_SECRET`: return paths with a token, as in the option `verp` of smtp. */
export function verpFromEnv(
  read: SettingsReader,
): { readonly address: string; readonly secret: readonly string[] } | undefined {
  const address = read.text("RELAIS_BOUNCE_ADDRESS");
  const secret = secretsFromEnv(read, "RELAIS_BOUNCE_SECRET");
  if ((address === undefined) !== (secret === undefined))
    read.problem("RELAIS_BOUNCE_ADDRESS and RELAIS_BOUNCE_SECRET must both be set, or neither.");
  return address === undefined || secret === undefined ? undefined : { address, secret };
}
