import { problemPath } from "./problem-path.ts";

const secretName = /pass|secret|token|private|key$|^key|credential/i;
// What ends like a secret and is none.
const harmless = new Set(["keySelector", "accessKeyId"]);

/** A copy fit for eyes: what is named like a secret, came out of a file, or stands in a URL's user part is masked. */
export function masked(
  value: unknown,
  files: ReadonlySet<string> = new Set(),
  path: readonly PropertyKey[] = [],
): unknown {
  if (files.has(problemPath(path))) return "***";
  if (Array.isArray(value)) return value.map((item, i) => masked(item, files, [...path, i]));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        typeof item === "string" && secretName.test(key) && !harmless.has(key)
          ? "***"
          : masked(item, files, [...path, key]),
      ]),
    );
  }
  return typeof value === "string" ? value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/i, "$1***@") : value;
}
