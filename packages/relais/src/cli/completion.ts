import type { Command, Option } from "commander";
import { configFileOf, readConfigFile } from "../config/config-file.ts";
import { type CliContext, type ExitCode, exitCodes } from "./cli-context.ts";

// Each runs `relais complete -- WORDS…`, the last of which is the one under the cursor. Words are never evaluated and
// answers never expanded: completion must not run what is on the line, or in a file.

const bash = `# relais: completion for bash
_relais() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#=}")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(relais complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _relais relais`;

const zsh = `#compdef relais
# relais: completion for zsh
_relais() {
  local line
  local -a values shown
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      _files
      return
    fi
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done < <(relais complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && compadd -l -d shown -a values
}
if [[ "\${funcstack[1]}" == "_relais" ]]; then _relais "$@"; else compdef _relais relais; fi`;

const fish = `# relais: completion for fish
function __relais_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    for line in (relais complete -- $before[2..-1] "$current" 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c relais -f -a '(__relais_complete)'`;

/** The shells there is a script for. */
export type ShellName = "bash" | "zsh" | "fish";

/** What `relais completion` prints. */
export const scripts: Readonly<Record<ShellName, string>> = { bash, zsh, fish };

/**
 * `relais complete -- WORDS…`, which the scripts run: candidates a line, or `:files`. Never says what is wrong.
 * @param args the words behind the program's name up to the cursor; the last may be empty
 */
export async function complete(
  program: Command,
  args: readonly string[],
  { cwd, env, out }: CliContext,
): Promise<ExitCode> {
  const words = args[0] === "--" ? args.slice(1) : args;
  const found = await candidates(program, words, { cwd, env }).catch(() => []);
  if (found === "files") out(":files");
  else for (const { value, description } of found) out(`${value}\t${description}`);
  return exitCodes.ok;
}

/** A word that may stand under the cursor. */
interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** The words that may stand there; `"files"` leaves it to the shell. */
type Candidates = readonly Candidate[] | "files";

const plain = (values: readonly string[]): Candidate[] => values.map((value) => ({ value, description: "" }));

/** Where a configuration is looked for. */
type Where = Pick<CliContext, "cwd" | "env">;

async function candidates(program: Command, words: readonly string[], where: Where): Promise<Candidates> {
  // bash cuts `--chain=orders` into three words.
  const last = words.at(-1) === "=" ? "" : (words.at(-1) ?? "");
  const before = words.slice(0, -1).filter((word) => word !== "=");
  const { command, operands, awaiting, values } = parseLine(program, before);
  const matching = (all: Candidates, prefix = ""): Candidates =>
    all === "files"
      ? all
      : all
          .map(({ value, description }) => ({ value: `${prefix}${value}`, description }))
          .filter(({ value }) => value.startsWith(last));

  if (awaiting !== undefined) return matching(await valuesOf(awaiting, values, where));
  if (!last.startsWith("-")) return matching(operandsOf(command, operands));
  const option = last.includes("=") ? optionIn(command, last) : undefined;
  if (option !== undefined)
    return matching(await valuesOf(option, values, where), last.slice(0, last.indexOf("=") + 1));
  const options = command.createHelp().visibleOptions(command);
  return matching(options.flatMap(({ long, description }) => (long ? [{ value: long, description }] : [])));
}

/** A command line up to the word under the cursor. */
interface ParsedLine {
  readonly command: Command;
  /** The number of arguments, flags and their values left out. */
  readonly operands: number;
  /** A flag whose value comes next. */
  readonly awaiting: Option | undefined;
  /** Values so far, by the name of their flag. */
  readonly values: ReadonlyMap<string, string>;
}

/** Reads a line as the command itself would. */
function parseLine(program: Command, words: readonly string[]): ParsedLine {
  const values = new Map<string, string>();
  let command = program;
  let operands = 0;
  let awaiting: Option | undefined;
  for (const word of words) {
    if (awaiting !== undefined) {
      values.set(awaiting.name(), word);
      awaiting = undefined;
    } else if (word.startsWith("-")) {
      const option = optionIn(command, word);
      if (!option?.required && !option?.optional) continue;
      if (word.includes("=")) values.set(option.name(), word.slice(word.indexOf("=") + 1));
      else awaiting = option;
    } else {
      const next = operands > 0 ? undefined : command.commands.find((one) => one.name() === word);
      if (next === undefined) operands += 1;
      else command = next;
    }
  }
  return { command, operands, awaiting, values };
}

/** The flag that a word names, also as `--name=value`. */
function optionIn(command: Command, word: string): Option | undefined {
  const [name = ""] = word.split("=");
  return command.options.find(({ long, short }) => name === long || name === short);
}

/** The words that may stand where no flag does. */
function operandsOf(command: Command, index: number): Candidates {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[index] ?? (last?.variadic ? last : undefined);
  // A package may be a file, too.
  if (argument !== undefined && /^(?:package|file)$/.test(argument.name())) return "files";
  const commands = index > 0 ? [] : command.createHelp().visibleCommands(command);
  return [
    ...commands.map((one) => ({ value: one.name(), description: one.description() })),
    ...plain(argument?.argChoices ?? []),
  ];
}

/** A chain's name goes on the command line as it stands: one that a shell would interpret is not offered. */
const plainName = /^[\w.@%+-]+$/;

/** The values that a flag may have. */
async function valuesOf(
  option: Option,
  values: ReadonlyMap<string, string>,
  where: Where,
): Promise<Candidates> {
  if (option.argChoices !== undefined) return plain(option.argChoices);
  if (/<(?:file|folder)>/.test(option.flags)) return "files";
  if (option.name() === "phase") return plain((await import("@relais/smtp/replies")).phases);
  if (option.name() !== "chain") return [];
  const config = values.get("config");
  const { file } = configFileOf({ file: config, ...where }) ?? {};
  // Only from a file that is read without running it: completion must not run a program.
  if (file === undefined || !/\.(?:json|ya?ml)$/.test(file)) return [];
  const { chains = {} } = ((await readConfigFile(file)).value ?? {}) as { readonly chains?: object };
  return plain(Object.keys(chains).filter((name) => plainName.test(name)));
}
