import { PassThrough, type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type MimeNode from "nodemailer/lib/mime-node";

const unknownVersion = "relaisTransport: this version of nodemailer is not known";

/** A header before it is written. nodemailer keeps them in order, and has no public list of them. */
export interface HeaderEntry {
  readonly key: string;
  value: unknown;
}

/** The headers of a part. @throws {TypeError} a nodemailer that keeps them elsewhere: nothing could be checked */
export function headerEntries(node: MimeNode): readonly HeaderEntry[] {
  const { _headers: entries } = node as unknown as { _headers?: unknown };
  if (!Array.isArray(entries)) throw new TypeError(unknownVersion);
  return entries as HeaderEntry[];
}

/** A part and all within it. */
export function allNodes(node: MimeNode): readonly MimeNode[] {
  return [node, ...node.childNodes.flatMap(allNodes)];
}

function isInline(content: unknown): boolean {
  return typeof content !== "object" || content === null || ArrayBuffer.isView(content);
}

/** What a part's content is read from, with nodemailer's `disableFileAccess` and `disableUrlAccess`. */
function contentStream(node: MimeNode): Readable {
  const { _getStream: open } = node as unknown as { _getStream?: (content: unknown) => Readable };
  if (typeof open !== "function") throw new TypeError(unknownVersion);
  return open.call(node, node.content);
}

/**
 * Reads the contents that the parts of a composed mail only name: streams, paths, URLs. A stream can be read once, and
 * both the bytes and the structured message need its content. The part itself reads it: `mail.resolveContent` reads what
 * is disabled, and never answers for a path, before nodemailer 9.
 */
export async function resolveContents(node: MimeNode): Promise<void> {
  const { content } = node;
  if (!isInline(content) && !(content instanceof Error)) {
    const stream = contentStream(node);
    const through = new PassThrough(); // streams of old have no iterator
    stream.once("error", (error: Error) => through.destroy(error));
    node.content = await buffer(stream.pipe(through));
  }
  for (const child of node.childNodes) await resolveContents(child);
}
