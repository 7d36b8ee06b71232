import type MimeNode from "nodemailer/lib/mime-node";

/** A header as it was given, before it is written. nodemailer keeps them in order, and has no public list of them. */
export interface HeaderEntry {
  readonly key: string;
  value: unknown;
}

/** The headers of a part. @throws {TypeError} a nodemailer that keeps them elsewhere: nothing could be checked */
export function headerEntries(node: MimeNode): readonly HeaderEntry[] {
  const { _headers: entries } = node as unknown as { _headers?: unknown };
  if (!Array.isArray(entries))
    throw new TypeError("relaisTransport: this version of nodemailer is not known");
  return entries as HeaderEntry[];
}

/** A part and all within it. */
export function everyNode(node: MimeNode): readonly MimeNode[] {
  return [node, ...node.childNodes.flatMap(everyNode)];
}
