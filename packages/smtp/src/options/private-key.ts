import { createPrivateKey, type KeyObject } from "node:crypto";

/** A private key. @throws {TypeError} the end of a sentence about an option, without the key */
export function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    const hint = pem.includes("\\n") ? ": it has \\n as two characters where a line ends" : "";
    throw new TypeError(`is not a private key in PEM${hint}`);
  }
}
