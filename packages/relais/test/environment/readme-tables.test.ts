import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chainFromEnv } from "relais";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../../..");

/** The variables that the table of a README names. */
function named(readme: string): string[] {
  const [table = ""] = /^\| variable [\s\S]*?\n\n/m.exec(readFileSync(join(root, readme), "utf8")) ?? [];
  const names = table.matchAll(/`((?:SMTP|AWS_SES)_[A-Z_]+)(?:=true)?`/g);
  return [...new Set([...names].map(([, name = ""]) => name))].sort();
}

test("both tables name the variables that are read, and no others", async () => {
  const read = new Set<string>();
  const env = { SMTP_HOST: "localhost", AWS_SES_REGION: "eu-west-1" };
  const chain = chainFromEnv(
    new Proxy<Record<string, string>>(env, {
      get(target, name) {
        read.add(String(name));
        return Reflect.get(target, name);
      },
    }),
  );
  await chain.close();
  const own = [...read].filter((name) => /^(?:SMTP|AWS_SES)_/.test(name) && !name.endsWith("_FILE")).sort();
  expect(own.length).toBeGreaterThan(10);
  expect(named("README.md")).toEqual(own);
  expect(named("packages/relais/README.md")).toEqual(own);
});
