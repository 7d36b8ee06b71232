import { createHash } from "node:crypto";
import type { HttpRequest } from "./ses-request.ts";

/** The canonical request of Signature Version 4, from the request as it came. */
export function canonicalRequest(request: HttpRequest, signedHeaders: readonly string[]): string {
  const question = request.url.indexOf("?");
  const path = question < 0 ? request.url : request.url.slice(0, question);
  const query = question < 0 ? "" : request.url.slice(question + 1);
  const headers = signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? "").trim().replaceAll(/ +/g, " ")}\n`,
  );
  return [
    request.method,
    // Every service but S3 signs the path encoded once more.
    path.split("/").map(encode).join("/"),
    canonicalQuery(query),
    headers.join(""),
    signedHeaders.join(";"),
    sha256(request.body),
  ].join("\n");
}

export function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [key = "", ...value] = pair.split("=");
      return [encode(decodeURIComponent(key)), encode(decodeURIComponent(value.join("=")))] as const;
    });
  const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  pairs.sort(([keyA, valueA], [keyB, valueB]) => before(keyA, keyB) || before(valueA, valueB));
  return pairs.map(([key, value]) => `${key}=${value}`).join("&");
}

function encode(text: string): string {
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, hex);
}
