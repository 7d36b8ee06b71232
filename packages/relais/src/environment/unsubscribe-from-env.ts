import type { ChainOptions } from "@relais/core";
import type { SettingsReader } from "./settings-reader.ts";

const minCharacters = 16;

/** `RELAIS_UNSUBSCRIBE_SECRET`: what signs links to unsubscribe; several with commas between, of which the first signs. */
export function unsubscribeFromEnv(read: SettingsReader): ChainOptions["unsubscribe"] {
  const name = "RELAIS_UNSUBSCRIBE_SECRET";
  const secret = read
    .text(name)
    ?.split(",")
    .map((one) => one.trim());
  if (secret?.some(({ length }) => length < minCharacters))
    read.problem(`${name} must have ${minCharacters} characters or more.`);
  return secret === undefined ? undefined : { secret };
}
