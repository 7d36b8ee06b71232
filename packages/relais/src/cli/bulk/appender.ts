import type { FileHandle } from "node:fs/promises";

/**
 * Appends lines, on the disk before it resolves; those that come at the same time go together. After one that could not
 * be written every later one is refused: it would stand behind half a line, and be lost.
 * @param fault what to reject with
 */
export function appender(
  file: FileHandle,
  fault: (error: unknown) => Error,
): (line: string) => Promise<void> {
  let waiting: string[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();
  let broken: Error | undefined;
  return (line) => {
    waiting.push(`${line}\n`);
    next ??= current
      .catch(() => undefined)
      .then(async () => {
        const text = waiting.join("");
        waiting = [];
        current = next as Promise<void>;
        next = undefined;
        if (broken !== undefined) throw broken;
        try {
          await file.appendFile(text);
          await file.datasync();
        } catch (error) {
          broken = fault(error);
          throw broken;
        }
      });
    return next;
  };
}
