import { isSecretName } from "../environment/setting-text.ts";

const mask = "***";
// What a reader needs to find a provider in logs and metrics: never a secret, wherever it came from.
const open = new Set(["use", "id"]);

/**
 * A copy that may be shown. Masked is what is named like a secret, what comes from the environment or a file, and what looks
 * like a secret wherever it stands: a login, a private key, the part of a URL that gives access.
 * @param secrets what came out of the environment and out of files
 */
export function maskSecrets(value: unknown, secrets: ReadonlySet<string>, named = false): unknown {
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, secrets, named));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (open.has(key) && typeof item === "string") return [key, item];
        return [key, maskSecrets(item, secrets, isSecretName(key) && typeof item !== "boolean")];
      }),
    );
  }
  if (named && (typeof value === "string" || typeof value === "number")) return mask;
  if (typeof value !== "string") return value;
  return secrets.has(value) || isSecret(value) ? mask : withoutUrlSecrets(value);
}

/** `Authorization: Bearer …` under any name, and a PEM that is not for the public. */
function isSecret(text: string): boolean {
  return (
    /^\s*(?:bearer|basic|token|apikey|digest)\s+\S/i.test(text) || /-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)
  );
}

/** A random word: long, of letters and digits. */
const isToken = (word: string): boolean =>
  word.length >= 16 && /^[\w.~-]+$/.test(word) && /[a-z]/i.test(word) && /\d/.test(word);

function withoutUrlSecrets(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const login = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${mask}@`);
  const [, origin = "", path = "", query = "", fragment = ""] =
    /^([^:]+:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(login) ?? [];
  // The address of a webhook is all that its use needs.
  const hook = /hook/i.test(origin) || /hook/i.test(path);
  const maskedPath =
    hook && path.length > 1 ? `/${mask}` : path.replace(/[^/]+/g, (part) => (isToken(part) ? mask : part));
  const maskedQuery = query.replace(/([?&])([^=&]*)(=([^&]*))?/g, (all, mark, name, _value, value = "") =>
    isSecretName(name) ||
    /^(?:sig|code|sas)$/i.test(name) ||
    isToken(value) ||
    (value === "" && isToken(name))
      ? `${mark}${value === "" ? mask : `${name}=${mask}`}`
      : all,
  );
  return `${origin}${maskedPath}${maskedQuery}${fragment === "" ? "" : `#${mask}`}`;
}
