import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "vitest";

/**
 * Whether a program of the system (`postfix`) is there, for tests that need the real thing: `describe.runIf(needs("postfix"))`.
 * Where it is not: on your machine they are skipped, and a line says so; with `CI=true` a test fails, so that CI never
 * skips them in silence.
 */
export function needs(name: string): boolean {
  if (isThere(name)) return true;
  const why = `${name} is not installed: what needs it is not tested here (apt-get install ${name})`;
  if (process.env.CI === "true") {
    test(`${name} is installed, as CI must have it`, () => {
      throw new Error(why);
    });
  } else console.warn(why);
  return false;
}

function isThere(name: string): boolean {
  // Daemons live in sbin, which is not on everyone's PATH.
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/sbin",
    ...postgresBins(),
  ];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian keeps those of each major version apart. */
function postgresBins(): string[] {
  const home = "/usr/lib/postgresql";
  return existsSync(home) ? readdirSync(home).map((version) => join(home, version, "bin")) : [];
}
