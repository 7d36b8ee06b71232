import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** A pair of keys, the private one as an option has it. */
export interface DkimKeys {
  readonly publicKey: KeyObject;
  readonly privateKey: string;
}

const pair = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): DkimKeys => ({
  publicKey,
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
});

export const rsaKeys = (modulusLength = 2_048): DkimKeys =>
  pair(generateKeyPairSync("rsa", { modulusLength }));
export const ed25519Keys = (): DkimKeys => pair(generateKeyPairSync("ed25519"));
