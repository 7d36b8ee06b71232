import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";

const help = `
Writes alerts/relais.rules.yml for rule_files of Prometheus, its tests for promtool, and grafana/relais.json with a
provisioning.yml. A file that is there with another content is left as it is, unless --force is given.`;

/** `relais operations export`: the alert rules and the dashboard of @relais/prometheus, as files. */
export const operationsCommand: AddCommand = (program, context, action) => {
  program
    .command("operations")
    .description("write the alert rules and the dashboard for Prometheus and Grafana")
    .command("export")
    .description("write them into a folder")
    .option("--dir <folder>", "where (default: operations)")
    .option("--force", "write over files that differ")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(action((flags: ExportFlags) => exportFiles(flags, context)));
};

interface ExportFlags {
  readonly dir?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

function exportFiles(flags: ExportFlags, context: CliContext): ExitCode {
  const source = filesFolder(context.cwd);
  if (source === undefined)
    return printProblems(context, flags, [
      "The rules and the dashboard are not installed: npm install @relais/prometheus",
    ]);
  const target = resolve(context.cwd, flags.dir ?? "operations");
  const files = ["alerts", "grafana"].flatMap((folder) =>
    readdirSync(join(source, folder))
      .sort()
      .map((name) => ({
        file: join(target, folder, name),
        content: readFileSync(join(source, folder, name)),
      })),
  );
  const changed = files.filter(
    ({ file, content }) => !existsSync(file) || !readFileSync(file).equals(content),
  );
  const differing = changed.filter(({ file }) => existsSync(file));
  if (differing.length > 0 && !flags.force) {
    const sentences = differing.map(({ file }) => `${file} is there and differs; --force writes over it.`);
    return printProblems(context, flags, sentences);
  }
  try {
    for (const { file, content } of changed) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return printProblems(context, flags, [`${target} cannot be written: ${code}.`], exitCodes.failed);
  }
  const written = changed.map(({ file }) => file);
  if (flags.json) context.out(JSON.stringify({ folder: target, written }));
  else
    for (const { file } of files)
      context.out(`${file} ${written.includes(file) ? "is written" : "is as it should be"}`);
  return exitCodes.ok;
}

/** Of the package that the project has, or of the one beside this command. */
function filesFolder(cwd: string): string | undefined {
  for (const from of [join(cwd, "package.json"), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve("@relais/prometheus/package.json")), "operations");
    } catch {
      // Not there.
    }
  }
  return undefined;
}
