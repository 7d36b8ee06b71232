const secretName = /pass|secret|token|private|key$|^key|credential/i;
// What ends like a secret and is none.
const harmless = new Set(["keySelector", "accessKeyId"]);
const mask = "***";

/**
 * A copy fit for eyes: what is named like a secret, came out of a file, or stands in a URL's user part is masked.
 * @param secrets what came out of files, wherever it stands
 */
export function masked(value: unknown, secrets: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item, secrets));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const named = typeof item === "string" && secretName.test(key) && !harmless.has(key);
        return [key, named ? mask : masked(item, secrets)];
      }),
    );
  }
  if (typeof value !== "string") return value;
  return secrets.has(value) ? mask : value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/i, `$1${mask}@`);
}
