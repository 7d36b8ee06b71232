import type { KeyObject } from "node:crypto";
import { dkimVerify } from "mailauth";

/** What one DKIM-Signature says, and whether it holds. */
export interface DkimVerdict {
  /** `pass`, or what is wrong. */
  readonly result: string;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  /** The names in `h=`, as they stand there. */
  readonly signed: readonly string[];
}

/** The TXT record of a public key (RFC 6376, 3.6.1; RFC 8463, 4). */
function record(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return key.asymmetricKeyType === "ed25519"
    ? `v=DKIM1; k=ed25519; p=${der.subarray(-32).toString("base64")}`
    : `v=DKIM1; k=rsa; p=${der.toString("base64")}`;
}

/**
 * What mailauth says of each signature of a mail, from the top. `keys` are what DNS knows, by selector and domain:
 * `s1._domainkey.relais.test`.
 */
export async function dkimVerdicts(
  mail: Buffer,
  keys: Readonly<Record<string, KeyObject>>,
): Promise<DkimVerdict[]> {
  const { results } = await dkimVerify(mail, {
    resolver: async (name: string) => {
      const key = keys[name];
      if (key === undefined) throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
      return [[record(key)]];
    },
  });
  const head = mail.toString("latin1").split("\r\n\r\n", 1)[0] ?? "";
  const signatures = head.split(/\r\n(?![ \t])/).filter((line) => line.startsWith("DKIM-Signature:"));
  return results
    .filter((one) => one.status.result !== "none")
    .map((one, i) => ({
      result: one.status.result,
      domain: one.signingDomain ?? "",
      selector: one.selector ?? "",
      algorithm: one.algo ?? "",
      // Not as mailauth tells it, which leaves out what is not there.
      signed:
        /;\s*h=([^;]*)/
          .exec(signatures[i] ?? "")?.[1]
          ?.replaceAll(/\s/g, "")
          .split(":") ?? [],
    }));
}
