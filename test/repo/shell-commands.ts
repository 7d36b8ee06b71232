/** The commands of a shell fence, one a line: prompts, comments and settings (`A=b`) aside, `&&` taken apart. */
export function shellCommands(code: string): string[][] {
  const commands: string[] = [];
  let open = "";
  for (const line of code.split("\n")) {
    const text = open === "" ? line.trim().replace(/^\$ /, "") : `${open}\n${line}`;
    if (open === "" && (text === "" || text.startsWith("#"))) continue;
    // A quote that is still open, or a backslash at the end, goes on in the next line.
    const goesOn = text.endsWith("\\") || (text.split("'").length - 1) % 2 === 1;
    open = goesOn ? text.replace(/\\$/, "") : "";
    if (!goesOn) commands.push(text);
  }
  return commands
    .flatMap((command) => command.split(/ && | \|\| | \| |; /))
    .map((command) =>
      command
        .replace(/\s#.*$/, "")
        .trim()
        .split(/\s+/),
    )
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))));
}
