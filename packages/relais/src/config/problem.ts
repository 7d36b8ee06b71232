export type PathPart = string | number;
/** Where something stands in a configuration, from the outside in. */
export type Path = readonly PathPart[];

/** Something wrong with a configuration. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** A field below the path that the message is about: its line is the one to look at. */
  readonly key?: string | undefined;
}

/** `chain[0].options.port` */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** A problem as one sentence, without the file. */
export function problemSentence({ path, message }: Problem): string {
  if (path.length > 0) return `${pathText(path)}: ${message}`;
  const isRest = /^(?:has|is|must|needs|names|cannot)\b/.test(message);
  return `the configuration${isRest ? "" : ":"} ${message}`;
}
