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

/** docs/command.md, out of what the command says of itself. */
export async function commandPage(): Promise<string> {
  const top = await help();
  const list = /^Commands:\n((?: {2}.*\n?)*)/m.exec(top)?.[1] ?? "";
  const names = [...list.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name = ""]) =>
    name === "help" ? [] : [name],
  );
  const sections = await Promise.all(
    names.map(async (name) => `## relais ${name}\n\n\`\`\`text\n${await help(name)}\n\`\`\`\n`),
  );
  return `# The command

\`npx relais\` runs it; its help is this page, written by \`npm run api\`. Every command takes \`--json\`.

\`\`\`text
${top}
\`\`\`

${sections.join("\n")}`;
}
