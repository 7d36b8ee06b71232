import type { Attachment } from "@relais/core/spi";
import type MimeNode from "nodemailer/lib/mime-node";

type AttachmentList = readonly (Omit<Attachment, "disposition"> & {
  readonly contentDisposition: Attachment["disposition"];
})[];

/** What a composed mail holds, for providers that want parts and not bytes. */
export interface BodyParts {
  readonly text?: string;
  readonly html?: string;
  readonly attachments: AttachmentList;
}

const contentId = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,256}$/;

const header = (node: MimeNode, name: string): string => {
  const value: unknown = node.getHeader(name);
  return typeof value === "string" ? value : "";
};
const firstWord = (value: string): string => (value.split(";", 1)[0] ?? "").trim().toLowerCase();

function leaves(node: MimeNode): MimeNode[] {
  return node.childNodes.length === 0 ? [node] : node.childNodes.flatMap(leaves);
}

function bytesOf({ content }: MimeNode): Uint8Array | undefined {
  if (typeof content === "string") return Buffer.from(content);
  return ArrayBuffer.isView(content) ? (content as Uint8Array) : undefined;
}

function attachment(node: MimeNode, content: Uint8Array): AttachmentList[number] {
  const type = firstWord(header(node, "Content-Type"));
  const cid = header(node, "Content-Id").replace(/[<>]/g, "");
  return {
    content,
    contentDisposition: firstWord(header(node, "Content-Disposition")) === "inline" ? "inline" : "attachment",
    ...(type.includes("/") ? { contentType: type } : {}),
    ...(node.filename ? { filename: node.filename } : {}),
    ...(contentId.test(cid) ? { cid } : {}),
  };
}

/** The first text, the first HTML and every attachment of a tree whose contents have been read. */
export function bodyParts(root: MimeNode): BodyParts {
  let text: string | undefined;
  let html: string | undefined;
  const attachments: AttachmentList[number][] = [];
  for (const leaf of leaves(root)) {
    const content = bytesOf(leaf);
    if (content === undefined) continue;
    const type = firstWord(header(leaf, "Content-Type"));
    if (header(leaf, "Content-Disposition") !== "") attachments.push(attachment(leaf, content));
    else if (type === "text/plain") text ??= Buffer.from(content).toString();
    else if (type === "text/html") html ??= Buffer.from(content).toString();
  }
  return {
    attachments,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
  };
}
