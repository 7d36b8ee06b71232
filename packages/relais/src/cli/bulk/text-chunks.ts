import { type FileHandle, open } from "node:fs/promises";
import { encodingOf } from "../../text-of.ts";

/** The file is not what its name says. The message is one sentence with the line. */
export class InvalidFile extends Error {
  override readonly name = "InvalidFile";
}

/**
 * A file's text, piece by piece: UTF-8, or UTF-16 where a byte order mark says so, as Excel's "Unicode text" has one.
 * What is not of the encoding becomes U+FFFD.
 * @throws {InvalidFile} it cannot be read
 */
export async function* textChunks(path: string): AsyncGenerator<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    let decoder: InstanceType<typeof TextDecoder> | undefined;
    for await (const bytes of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      decoder ??= new TextDecoder(encodingOf(bytes));
      yield decoder.decode(bytes, { stream: true });
    }
    const last = decoder?.decode();
    if (last) yield last;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InvalidFile(`${path} cannot be read: ${code}.`);
  } finally {
    await file?.close();
  }
}

/** The lines of a text that comes in pieces, without their ends. */
export async function* textLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/\r\n|\n/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
