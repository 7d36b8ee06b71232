import type { Command, Option } from "commander";

/** What stands on a line before the word under the cursor. */
export interface Typed {
  readonly command: Command;
  /** Arguments so far, flags and their values left out. */
  readonly operands: number;
  /** A flag that waits for its value. */
  readonly waiting: Option | undefined;
  /** Values given so far, by the name of their flag. */
  readonly given: ReadonlyMap<string, string>;
}

/** The flag that a word names, also as `--name=value`. */
export function optionIn(command: Command, word: string): Option | undefined {
  const [name = ""] = word.split("=");
  return command.options.find(({ long, short }) => name === long || name === short);
}

const takesValue = (option: Option | undefined): option is Option =>
  option !== undefined && (option.required || option.optional);

/** Reads a line as the command itself would. */
export function typed(program: Command, words: readonly string[]): Typed {
  const given = new Map<string, string>();
  let command = program;
  let operands = 0;
  let waiting: Option | undefined;
  for (const word of words) {
    if (waiting !== undefined) {
      given.set(waiting.name(), word);
      waiting = undefined;
    } else if (word.startsWith("-")) {
      const option = optionIn(command, word);
      if (!takesValue(option)) continue;
      if (word.includes("=")) given.set(option.name(), word.slice(word.indexOf("=") + 1));
      else waiting = option;
    } else {
      const next = operands > 0 ? undefined : command.commands.find((one) => one.name() === word);
      if (next === undefined) operands += 1;
      else command = next;
    }
  }
  return { command, operands, waiting, given };
}
