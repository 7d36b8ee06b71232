import { optionSentence } from "./option-message.ts";
import type { OptionIssue, OptionsSchema } from "./plugin.ts";

/** What `optionsSchema` needs of a schema: zod's `safeParse` has it. */
export interface SafeParser {
  safeParse(
    value: unknown,
    how: { readonly error: typeof optionSentence },
  ):
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly OptionIssue[] } };
}

/** What only the options together can get wrong, said where it belongs: `smtp: port must be …` is about `port`. */
function lastWord(check: () => void): OptionIssue[] {
  try {
    check();
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^[a-z-]+: /, "") : "cannot be used";
    const [, field, fault] = /^([A-Za-z][\w.]*) (.+)$/s.exec(text) ?? [];
    return [{ message: fault ?? text, path: field === undefined ? [] : field.split(".") }];
  }
}

/**
 * A plugin's options as a Standard Schema, with sentences as configurations show them. The schema is loaded on first
 * use, so that an application that composes in code never loads it.
 * @param load gives the schema
 * @param check throws one sentence, `field fault`, about what the schema cannot see
 */
export function optionsSchema<Options>(
  load: () => Promise<SafeParser>,
  check: (options: Options) => void,
): OptionsSchema<Options> {
  return {
    "~standard": {
      version: 1,
      vendor: "relais",
      async validate(value) {
        const read = (await load()).safeParse(value, { error: optionSentence });
        if (!read.success) return { issues: read.error.issues };
        const options = read.data as Options;
        const issues = lastWord(() => check(options));
        return issues.length === 0 ? { value: options } : { issues };
      },
    },
  };
}
