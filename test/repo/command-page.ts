import { runProgram } from "../../packages/relais/src/cli/program.ts";

async function help(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  await runProgram([...args, "--help"], "", {
    env: {},
    cwd: "/",
    out: say,
    err: say,
    stdin: async () => undefined,
  });
  return lines.join("\n").trimEnd();
}

/** The names that a help lists. */
function commandsIn(text: string): string[] {
  const list = /^Commands:\n((?: {2}.*\n?)*)/m.exec(text)?.[1] ?? "";
  return [...list.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name = ""]) => (name === "help" ? [] : [name]));
}

/** The help of a command, and of the commands in it. */
async function sectionsOf(words: readonly string[]): Promise<string[]> {
  const text = await help(...words);
  const inner = await Promise.all(commandsIn(text).map((name) => sectionsOf([...words, name])));
  const heading = `#${"#".repeat(words.length)} relais ${words.join(" ")}`;
  return [`${heading}\n\n\`\`\`text\n${text}\n\`\`\`\n`, ...inner.flat()];
}

/** docs/command.md, out of what the command says of itself. */
export async function commandPage(): Promise<string> {
  const top = await help();
  const sections = (await Promise.all(commandsIn(top).map((name) => sectionsOf([name])))).flat();
  return `# The command

\`npx relais\` runs it; its help is this page, written by \`npm run api\`. Every command that does something takes \`--json\`.

\`\`\`text
${top}
\`\`\`

${sections.join("\n")}`;
}
