import type { ExitCode } from "./exit-code.ts";
import type { Shell } from "./shell.ts";

/** Says what is wrong: a sentence a line, or as JSON where that was asked for. */
export function complain(
  shell: Shell,
  { json }: { readonly json?: boolean },
  code: ExitCode,
  problems: readonly string[],
): ExitCode {
  if (json) shell.out(JSON.stringify({ error: { code, problems } }));
  else for (const problem of problems) shell.err(problem);
  return code;
}
