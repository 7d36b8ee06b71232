import type { Writable } from "node:stream";

/** Lines that wait for a reader, bytes. */
const mostBytes = 1_048_576;

/**
 * Writes the lines of a log. What a reader does not read (a stopped one whose pipe is full) would be kept in memory for
 * as long as the process lives: beyond a bound lines are dropped, and their number is written when it reads again.
 * @param dropped the line that says how many
 */
export function logWriter(
  stream: Writable,
  dropped: (lines: number) => string,
  most: number = mostBytes,
): (line: string) => void {
  let lost = 0;
  const tellLost = (): void => {
    const lines = lost;
    lost = 0;
    stream.write(`${dropped(lines)}\n`);
  };
  return (line) => {
    if (lost > 0 || stream.writableLength > most) {
      // What waited has been read: at once, since a worker may say nothing for hours.
      if (lost === 0) stream.once("drain", tellLost);
      lost += 1;
    } else stream.write(`${line}\n`);
  };
}
