import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { bits, context, integer, octets, oid, sequence, set, time, utf8, yes } from "./der.ts";

/**
 * What a client finds wrong with a test server's certificate, and the code Node.js reports when it trusts the test
 * authority:
 *
 * - `good`: nothing; valid for `localhost` and `127.0.0.1`
 * - `expired`: it ran out yesterday (`CERT_HAS_EXPIRED`)
 * - `wrongName`: it is for `wrong.example` (`ERR_TLS_CERT_ALTNAME_INVALID`)
 * - `selfSigned`: signed by nobody but itself (`DEPTH_ZERO_SELF_SIGNED_CERT`)
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

/** What a certificate says and who signs it. */
interface CertificateRequest {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerPublicKey: KeyObject;
  readonly issuerPrivateKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly dnsNames?: readonly string[];
  /** IPv4 addresses. */
  readonly ipAddresses?: readonly string[];
  readonly authority?: boolean;
}

/** An X.509 v3 certificate (RFC 5280), ECDSA with SHA-256, as PEM. */
function issueCertificate(request: CertificateRequest): string {
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  const toBeSigned = sequence(
    context(0, integer(Buffer.from([2])), true),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    commonName(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    commonName(request.subject),
    spki(request.publicKey),
    context(3, sequence(...extensions(request)), true),
  );
  const signature = sign("sha256", toBeSigned, request.issuerPrivateKey);
  return pem(sequence(toBeSigned, algorithm, bits(signature)));
}

function extensions(request: CertificateRequest): Buffer[] {
  const authority = request.authority ?? false;
  const names = [
    ...(request.dnsNames ?? []).map((name) => context(2, Buffer.from(name))),
    ...(request.ipAddresses ?? []).map((address) => context(7, Buffer.from(address.split(".").map(Number)))),
  ];
  const list = [
    extension("2.5.29.19", authority ? sequence(yes) : sequence(), true),
    // keyCertSign and cRLSign for an authority, digitalSignature for a server.
    extension("2.5.29.15", authority ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0x80]), 7), true),
    extension("2.5.29.14", octets(keyId(request.publicKey))),
    extension("2.5.29.35", sequence(context(0, keyId(request.issuerPublicKey)))),
  ];
  if (!authority) list.push(extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))));
  if (names.length > 0) list.push(extension("2.5.29.17", sequence(...names)));
  return list;
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), yes, octets(value)) : sequence(oid(id), octets(value));
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(oid("2.5.4.3"), utf8(name))));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

function keyId(key: KeyObject): Buffer {
  return createHash("sha1").update(spki(key)).digest();
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
