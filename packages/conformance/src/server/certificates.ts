import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { issueCertificate } from "./x509.ts";

/**
 * What a client finds wrong with a test server's certificate, and the code Node.js reports when it trusts the test
 * authority:
 *
 * - `good`: nothing; valid for `localhost` and `127.0.0.1`
 * - `expired`: it ran out yesterday (`CERT_HAS_EXPIRED`)
 * - `wrongName`: it is for `wrong.example` (`ERR_TLS_CERT_ALTNAME_INVALID`)
 * - `selfSigned`: signed by itself (`DEPTH_ZERO_SELF_SIGNED_CERT`)
 *
 * A client that does not trust the authority reports `UNABLE_TO_VERIFY_LEAF_SIGNATURE` for the first.
 */
export type CertificateKind = "good" | "expired" | "wrongName" | "selfSigned";

/** A server's certificate and private key, both PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

interface Authority {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly cert: string;
}

const DAY_MS = 86_400_000;
const AUTHORITY_NAME = "Relais test authority";
const issued = new Map<CertificateKind, KeyAndCertificate>();
let authority: Authority | undefined;

/** The PEM certificate of the test authority: made once in each process, never stored, good for a month. */
export function testAuthority(): string {
  authority ??= makeAuthority();
  return authority.cert;
}

/** A certificate of the kind asked for, made on first use. */
export function testCertificate(kind: CertificateKind): KeyAndCertificate {
  const known = issued.get(kind);
  if (known !== undefined) return known;
  const made = makeCertificate(kind);
  issued.set(kind, made);
  return made;
}

function makeAuthority(): Authority {
  const { publicKey, privateKey } = keyPair();
  const cert = issueCertificate({
    subject: AUTHORITY_NAME,
    publicKey,
    issuer: AUTHORITY_NAME,
    issuerPublicKey: publicKey,
    issuerPrivateKey: privateKey,
    notBefore: daysFromNow(-30),
    notAfter: daysFromNow(30),
    authority: true,
  });
  return { publicKey, privateKey, cert };
}

function makeCertificate(kind: CertificateKind): KeyAndCertificate {
  const { publicKey, privateKey } = keyPair();
  authority ??= makeAuthority();
  const alone = kind === "selfSigned";
  const cert = issueCertificate({
    subject: "localhost",
    publicKey,
    issuer: alone ? "localhost" : AUTHORITY_NAME,
    issuerPublicKey: alone ? publicKey : authority.publicKey,
    issuerPrivateKey: alone ? privateKey : authority.privateKey,
    notBefore: daysFromNow(kind === "expired" ? -2 : -1),
    notAfter: daysFromNow(kind === "expired" ? -1 : 29),
    ...(kind === "wrongName"
      ? { dnsNames: ["wrong.example"] }
      : { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] }),
  });
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert };
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}
