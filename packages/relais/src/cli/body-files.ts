import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidMessage } from "@relais/core";
import { textOf } from "../text-of.ts";

/** Bodies that stand in files. */
export interface BodyFiles {
  readonly text?: string;
  readonly html?: string;
  readonly textFile?: string;
  readonly htmlFile?: string;
}

/** A file that a flag names. @throws {InvalidMessage} it cannot be read */
export async function fileOf(flag: string, path: string, cwd: string): Promise<Buffer> {
  return readFile(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidMessage(flag, `${JSON.stringify(path)} cannot be read: ${error.code}`);
  });
}

/** The flags with what `--text-file` and `--html-file` hold. @throws {InvalidMessage} one cannot be read */
export async function withBodyFiles<T extends BodyFiles>(
  { textFile, htmlFile, ...rest }: T,
  cwd: string,
): Promise<Omit<T, "textFile" | "htmlFile">> {
  return {
    ...rest,
    ...(textFile !== undefined && { text: textOf(await fileOf("--text-file", textFile, cwd)) }),
    ...(htmlFile !== undefined && { html: textOf(await fileOf("--html-file", htmlFile, cwd)) }),
  };
}
