export type PathPart = string | number;

/** `chain[0].options.port` */
export function problemPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** A problem as one sentence. */
export function problemAt(path: readonly PropertyKey[], message: string): string {
  const where = problemPath(path);
  return where === "" ? `the configuration ${message}` : `${where}: ${message}`;
}
