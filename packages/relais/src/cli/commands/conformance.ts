import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Coverage, Harness, Rule, TestTarget } from "@relais/conformance";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";

const help = `
What is run on must export harness: how to make the provider with a server of its own (see @relais/conformance).
Where a package keeps its harness apart from what it publishes, --harness names the file.

Examples:
  relais conformance ./harness.ts
  relais conformance relais-provider-pigeon --harness ./test/harness.ts

Exit codes: 0 every rule is kept · 1 one is not · 2 there is no harness`;

/** `relais conformance PACKAGE-OR-FILE` */
export const conformanceCommand: AddCommand = (program, context, action) => {
  program
    .command("conformance <package>")
    .description("run the conformance rules on a provider: a package or file that exports its harness")
    .option("--harness <file>", "where the harness is, if the package does not export it")
    .option("--in-a-chain", "run them on the provider as a chain of one link")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(action((name: string, flags: ConformanceFlags) => conformance(name, flags, context)));
};

interface ConformanceFlags {
  readonly harness?: string;
  readonly inAChain?: boolean;
  readonly json?: boolean;
}

async function conformance(name: string, flags: ConformanceFlags, context: CliContext): Promise<ExitCode> {
  const refuse = (sentence: string): ExitCode => printProblems(context, flags, [sentence]);
  const kit = await import("@relais/conformance").catch(() => undefined);
  if (kit === undefined) return refuse("The rules are not installed: npm install -D @relais/conformance");
  const bare = await findHarness(name, flags.harness, context.cwd);
  if (typeof bare === "string") return refuse(bare);
  let rules: readonly Rule[] = [];
  let notCovered: Coverage["notCovered"] = [];
  const coverRules = <S extends TestTarget>(harness: Harness<S>): void => {
    rules = kit.rules(harness);
    notCovered = kit.coverage(harness).notCovered;
  };
  try {
    const { createChain, link } = await import("@relais/core");
    if (flags.inAChain) coverRules(kit.throughChain(bare, (provider) => createChain([link(provider)])));
    else coverRules(bare);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuse(`${name} has no sound harness: ${error.message}.`);
  }
  const results: RuleResult[] = [];
  for (const rule of rules) {
    const result = await runRule(rule);
    results.push(result);
    if (flags.json) continue;
    context.out(result.ok ? `ok    ${result.rule}` : `FAIL  ${result.rule}\n      ${result.reason}`);
  }
  printSummary(results, notCovered, flags, context);
  return results.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
}

/** The harness of a package or file, or of the file that `--harness` names; else what is wrong. */
async function findHarness(
  name: string,
  harnessFile: string | undefined,
  cwd: string,
): Promise<Harness<TestTarget> | string> {
  const provider = locate(name, cwd);
  if (provider === undefined) return `${name} cannot be found from ${cwd}.`;
  const file = harnessFile === undefined ? provider : resolve(cwd, harnessFile);
  const shown = harnessFile === undefined ? name : file;
  try {
    const { harness } = (await import(pathToFileURL(file).href)) as { harness?: Harness<TestTarget> };
    if (typeof harness?.make === "function" && typeof harness.provoke === "object") return harness;
    return `${shown} must export harness: how to make the provider with a server of its own (see @relais/conformance).`;
  } catch (error) {
    return `${shown} cannot be loaded: ${error instanceof Error ? error.name : "it failed"}.`;
  }
}

function locate(name: string, cwd: string): string | undefined {
  if (/^[./]/.test(name)) return resolve(cwd, name);
  try {
    return createRequire(join(cwd, "relais.config.js")).resolve(name);
  } catch {
    return undefined;
  }
}

interface RuleResult {
  readonly rule: string;
  readonly ok: boolean;
  readonly reason?: string;
}

async function runRule(rule: Rule): Promise<RuleResult> {
  try {
    await rule.run();
    return { rule: rule.name, ok: true };
  } catch (error) {
    return { rule: rule.name, ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function printSummary(
  results: readonly RuleResult[],
  notCovered: Coverage["notCovered"],
  { json }: ConformanceFlags,
  { out }: CliContext,
): void {
  if (json) {
    out(JSON.stringify({ rules: results, notCovered }));
    return;
  }
  // One without a reason has failed above.
  const explained = notCovered.filter(({ reason }) => reason);
  for (const { name, reason } of explained) out(`–     not covered: ${name} (${reason})`);
  const kept = results.filter(({ ok }) => ok).length;
  out(`${kept} of ${results.length} rules kept, ${explained.length} not covered`);
}
