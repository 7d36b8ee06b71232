import { createHash, createVerify, type KeyObject } from "node:crypto";

// A verifier for one signature, rsa-sha256 and relaxed/relaxed (RFC 6376, 3.4.2, 3.4.4, 3.7), written from the RFC.

const relaxedHeader = (line: string): string => {
  const colon = line.indexOf(":");
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
  return `${line.slice(0, colon).toLowerCase().trim()}:${value}`;
};

const relaxedBody = (body: string): string => {
  const lines = body.split("\r\n").map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""));
  while (lines.at(-1) === "") lines.pop();
  return lines.length === 0 ? "" : `${lines.join("\r\n")}\r\n`;
};

/** What a signature says, and whether it holds. */
export interface DkimVerdict {
  readonly bodyHolds: boolean;
  readonly headersHold: boolean;
  readonly domain: string;
  readonly selector: string;
  readonly signed: readonly string[];
}

/** Checks the topmost DKIM-Signature of a mail. */
export function dkimVerdict(mail: Buffer, publicKey: KeyObject): DkimVerdict {
  const text = mail.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const lines = text.slice(0, end).split(/\r\n(?![ \t])/);
  const signature = lines.find((line) => /^dkim-signature:/i.test(line)) ?? "";
  const tags = new Map(
    signature
      .slice(signature.indexOf(":") + 1)
      .replace(/\s+/g, "")
      .split(";")
      .map((tag) => [tag.slice(0, tag.indexOf("=")), tag.slice(tag.indexOf("=") + 1)] as const),
  );
  const signed = (tags.get("h") ?? "").toLowerCase().split(":");
  const left = [...lines].reverse();
  const covered = signed.flatMap((name) => {
    const at = left.findIndex((line) => line.toLowerCase().startsWith(`${name}:`));
    return at < 0 ? [] : left.splice(at, 1).map(relaxedHeader);
  });
  const unsigned = relaxedHeader(signature.replace(/([;\s]b=)[^;]*/, "$1"));
  const bodyHash = createHash("sha256")
    .update(relaxedBody(text.slice(end + 4)), "latin1")
    .digest("base64");
  const input = `${covered.map((line) => `${line}\r\n`).join("")}${unsigned}`;
  return {
    bodyHolds: tags.get("bh") === bodyHash,
    headersHold: createVerify("RSA-SHA256")
      .update(input, "latin1")
      .verify(publicKey, tags.get("b") ?? "", "base64"),
    domain: tags.get("d") ?? "",
    selector: tags.get("s") ?? "",
    signed,
  };
}
