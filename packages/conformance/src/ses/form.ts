/** Reads `application/x-www-form-urlencoded`. Base64 of 10 MB passes through here, so nothing is split twice. */
export function parameters(form: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of form.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    found.set(decode(key), equals < 0 ? "" : decode(pair.slice(equals + 1)));
  }
  return found;
}

/** The values of an awsQuery list, `Destinations.member.1` and so on, in order. */
export function members(all: ReadonlyMap<string, string>, list: string): string[] {
  const values: string[] = [];
  for (let at = 1; ; at += 1) {
    const value = all.get(`${list}.member.${at}`);
    if (value === undefined) return values;
    values.push(value);
  }
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
