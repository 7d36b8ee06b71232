import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Coverage, Harness, Rule, TestTarget } from "@relais/conformance";
import { createChain, link } from "@relais/core";
import { complain } from "./complain.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import type { Shell } from "./shell.ts";

export interface ConformanceFlags {
  readonly harness?: string;
  readonly inAChain?: boolean;
  readonly json?: boolean;
}

type Kit = typeof import("@relais/conformance");

function locate(name: string, cwd: string): string | undefined {
  if (/^[./]/.test(name)) return resolve(cwd, name);
  try {
    return createRequire(join(cwd, "relais.config.js")).resolve(name);
  } catch {
    return undefined;
  }
}

async function harnessOf(name: string, cwd: string): Promise<Harness<TestTarget> | string> {
  const file = locate(name, cwd);
  if (file === undefined) return `${name} cannot be found from ${cwd}.`;
  try {
    const { harness } = (await import(pathToFileURL(file).href)) as { harness?: Harness<TestTarget> };
    if (typeof harness?.make === "function" && typeof harness.provoke === "object") return harness;
    return `${name} must export harness: how to make the provider with a far end of its own (see @relais/conformance).`;
  } catch (error) {
    return `${name} cannot be loaded: ${error instanceof Error ? error.name : "it failed"}.`;
  }
}

/** The harness of a package or file, or of the file that `--harness` names; else what is wrong. */
async function harnessIn(
  name: string,
  apart: string | undefined,
  cwd: string,
): Promise<Harness<TestTarget> | string> {
  if (apart === undefined) return harnessOf(name, cwd);
  if (locate(name, cwd) === undefined) return `${name} cannot be found from ${cwd}.`;
  return harnessOf(resolve(cwd, apart), cwd);
}

/** How a rule ended. */
interface Ruled {
  readonly rule: string;
  readonly ok: boolean;
  readonly reason?: string;
}

async function judged(rule: Rule): Promise<Ruled> {
  try {
    await rule.run();
    return { rule: rule.name, ok: true };
  } catch (error) {
    return { rule: rule.name, ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** `relais conformance PACKAGE-OR-FILE` */
export async function conformanceCommand(
  name: string,
  flags: ConformanceFlags,
  shell: Shell,
): Promise<ExitCode> {
  let kit: Kit;
  try {
    kit = await import("@relais/conformance");
  } catch {
    return complain(shell, flags, exitCodes.usage, [
      "The rules are not installed: npm install -D @relais/conformance",
    ]);
  }
  const bare = await harnessIn(name, flags.harness, shell.cwd);
  if (typeof bare === "string") return complain(shell, flags, exitCodes.usage, [bare]);
  let list: readonly Rule[];
  let notCovered: Coverage["notCovered"];
  try {
    [list, { notCovered }] = flags.inAChain ? inAChain(kit, bare) : [kit.rules(bare), kit.coverage(bare)];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return complain(shell, flags, exitCodes.usage, [`${name} has no sound harness: ${error.message}.`]);
  }
  const results: Ruled[] = [];
  for (const rule of list) {
    const result = await judged(rule);
    results.push(result);
    if (!flags.json)
      shell.out(
        `${result.ok ? "ok   " : "FAIL "} ${result.rule}${result.ok ? "" : `\n      ${result.reason}`}`,
      );
  }
  summary(results, notCovered, flags, shell);
  return results.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
}

function inAChain(kit: Kit, bare: Harness<TestTarget>): [readonly Rule[], Coverage] {
  const harness = kit.throughChain(bare, (provider) => createChain([link(provider)]));
  return [kit.rules(harness), kit.coverage(harness)];
}

function summary(
  results: readonly Ruled[],
  notCovered: Coverage["notCovered"],
  { json }: ConformanceFlags,
  { out }: Shell,
): void {
  if (json) {
    out(JSON.stringify({ rules: results, notCovered }));
    return;
  }
  // One without a reason has failed above.
  for (const { name, reason } of notCovered) if (reason) out(`–     not covered: ${name} (${reason})`);
  const kept = results.filter(({ ok }) => ok).length;
  const left = notCovered.filter(({ reason }) => reason).length;
  out(`${kept} of ${results.length} rules kept, ${left} not covered`);
}
