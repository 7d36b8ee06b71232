import { ok } from "node:assert";
import { inspect } from "node:util";
import type { Stage } from "./harness.ts";
import { NotCovered } from "./not-covered.ts";
import { secretForms } from "./secret-forms.ts";

/** Fails if what came out of a provider holds one of its secrets, however it is printed. */
export function tellsNoSecret({ secrets }: Stage, out: unknown, when: string): void {
  if (secrets.length === 0) throw new NotCovered("the stage lists no secrets");
  const text = `${JSON.stringify(out)}\n${inspect(out, { depth: null, showHidden: true, maxStringLength: null })}`;
  for (const [i, secret] of secrets.entries())
    ok(!secretForms(secret).some((form) => text.includes(form)), `${when}: secrets[${i}] comes out`);
}
