const telling = /pass|secret|token|key|credential|authorization/i;

function inUrl(text: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return [];
  const { password } = new URL(text);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** Every text in a transport's options that stands where secrets stand: `auth.pass`, tokens, keys, passwords in URLs. */
export function knownSecrets(options: unknown, depth = 5): string[] {
  if (typeof options !== "object" || options === null || depth === 0 || ArrayBuffer.isView(options))
    return [];
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value !== "string") return knownSecrets(value, depth - 1);
    return telling.test(name) ? [value] : inUrl(value);
  });
}
