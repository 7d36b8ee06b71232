import type { Argument, Command, Option } from "commander";
import { optionIn, typed } from "./typed.ts";

/** Something that may stand under the cursor. */
export interface Candidate {
  readonly value: string;
  readonly what: string;
}

/** What may stand there; `"files"` leaves it to the shell. */
export type Candidates = readonly Candidate[] | "files";

/** The values that a flag may have, if the command tree does not say them; `given` are the flags before it. */
export type ValuesOf = (flag: string, given: ReadonlyMap<string, string>) => Promise<readonly string[]>;

const bare = (values: readonly string[]): Candidate[] => values.map((value) => ({ value, what: "" }));

const namesFiles = (text: string): boolean => /<(?:file|folder)>/.test(text);

function argumentAt(command: Command, at: number): Argument | undefined {
  const all = command.registeredArguments;
  return all[at] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
}

/** What can stand where no flag does. */
function operandsOf(command: Command, at: number): Candidates {
  const help = command.createHelp();
  const commands = at > 0 ? [] : help.visibleCommands(command);
  const argument = argumentAt(command, at);
  // A package may be a file, too.
  if (argument !== undefined && /^(?:package|file)$/.test(argument.name())) return "files";
  return [
    ...commands.map((one) => ({ value: one.name(), what: one.description() })),
    ...bare(argument?.argChoices ?? []),
  ];
}

/**
 * What may stand in the place of the last word, by the commands and flags that there are.
 * @param words what stands behind the program's name up to the cursor; the last may be empty
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  valuesOf: ValuesOf,
): Promise<Candidates> {
  // bash cuts `--chain=orders` into three words.
  const last = words.at(-1) === "=" ? "" : (words.at(-1) ?? "");
  const { command, operands, waiting, given } = typed(
    program,
    words.slice(0, -1).filter((word) => word !== "="),
  );
  const values = async (option: Option): Promise<Candidates> =>
    option.argChoices !== undefined
      ? bare(option.argChoices)
      : namesFiles(option.flags)
        ? "files"
        : bare(await valuesOf(option.name(), given));
  const begins = (all: Candidates, before = ""): Candidates =>
    all === "files"
      ? all
      : all
          .map(({ value, what }) => ({ value: `${before}${value}`, what }))
          .filter(({ value }) => value.startsWith(last));

  if (waiting !== undefined) return begins(await values(waiting));
  if (!last.startsWith("-")) return begins(operandsOf(command, operands));
  const option = last.includes("=") ? optionIn(command, last) : undefined;
  if (option !== undefined) return begins(await values(option), last.slice(0, last.indexOf("=") + 1));
  const flags = command.createHelp().visibleOptions(command);
  return begins(flags.flatMap(({ long, description }) => (long ? [{ value: long, what: description }] : [])));
}
