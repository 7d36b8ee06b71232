import { type OptionsSchema, optionSentence } from "@relais/core/spi";
import { ConfigurationError } from "../configuration-error.ts";
import { fileSchema } from "./config-schema.ts";
import { interpolate, type Reference } from "./interpolate.ts";
import type { RelaisConfig } from "./relais-config.ts";
import { validate } from "./validate.ts";

/**
 * A configuration whose references are replaced and whose own fields are checked and have their types. The entries of
 * its chains are checked where they are built, by the schemas of their plugins.
 */
export interface Config {
  readonly file: RelaisConfig;
  readonly references: ReadonlyMap<string, Reference>;
  /** What came out of the environment and out of files. */
  readonly secrets: ReadonlySet<string>;
  /** What is wrong so far: references that lead nowhere. */
  readonly problems: readonly string[];
}

/** A zod schema with our sentences. */
export const worded = (schema: typeof fileSchema): OptionsSchema<unknown> => ({
  "~standard": {
    version: 1,
    vendor: "relais",
    validate: (value) => {
      const read = schema.safeParse(value, { error: optionSentence });
      return read.success ? { value: read.data } : { issues: read.error.issues };
    },
  },
});

/**
 * What a configuration says: the one way from a file to values, for chains and for the outbox.
 * @param folder where the files that it names are looked for
 * @throws {ConfigurationError} if its own fields are wrong, a sentence each
 */
export async function configOf(
  raw: unknown,
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<Config> {
  const { value, references, secrets, problems } = interpolate(raw, env, folder);
  const said = await validate(worded(fileSchema), value, [], references);
  if ("problems" in said) throw new ConfigurationError([...problems, ...said.problems]);
  return { file: said.value as RelaisConfig, references, secrets, problems };
}
