import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a certificate says and who signs it. */
export interface CertificateRequest {
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

/**
 * An X.509 v3 certificate (RFC 5280), ECDSA with SHA-256, as PEM. Synchronous, as `server.ca` is: libraries for this sign
 * with WebCrypto, which is asynchronous, and load for longer than it takes to make every certificate of a process.
 */
export function issueCertificate(request: CertificateRequest): string {
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
    extension("2.5.29.19", authority ? sequence(booleanTrue) : sequence(), true),
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
  return critical ? sequence(oid(id), booleanTrue, octets(value)) : sequence(oid(id), octets(value));
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

/** One DER value (ITU-T X.690): a tag byte, the length in its shortest form, the contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length;
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), body]);
  if (size < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, size]), body]);
  return Buffer.concat([Buffer.from([tag, 0x82, size >> 8, size & 0xff]), body]);
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items);
const set = (...items: readonly Uint8Array[]): Buffer => der(0x31, ...items);
const octets = (contents: Uint8Array): Buffer => der(0x04, contents);
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const booleanTrue: Buffer = der(0x01, Buffer.from([0xff]));

/** A context-specific tag; `constructed` when it wraps other values. */
function context(number: number, contents: Uint8Array, constructed = false): Buffer {
  return der((constructed ? 0xa0 : 0x80) | number, contents);
}

/** A positive INTEGER; a leading zero keeps the sign bit clear. */
function integer(bytes: Uint8Array): Buffer {
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes);
}

function bits(contents: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), contents);
}

/** An OBJECT IDENTIFIER from its dotted form. */
function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return der(0x06, Buffer.from(bytes));
}

/** UTCTime up to 2049, as RFC 5280 asks. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}
