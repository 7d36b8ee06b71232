import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SesAccount } from "./account.ts";
import { type SesError, sesError } from "./answer.ts";

/** A request as it came over HTTP, whole. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const WINDOW_MS = 15 * 60_000;

/**
 * Checks a request's Signature Version 4 in the Authorization header: key, session token, scope, signature over what
 * really came, and time. Undefined when all is well, otherwise what AWS answers.
 */
export function verifySignature(
  request: HttpRequest,
  account: SesAccount,
  now: number,
): SesError | undefined {
  const authorization = request.headers.authorization;
  if (authorization === undefined)
    return sesError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  const parts = parse(authorization);
  const timestamp = request.headers["x-amz-date"] ?? "";
  if (
    parts === undefined ||
    !["host", "x-amz-date"].every((name) => parts.signedHeaders.includes(name)) ||
    !/^\d{8}T\d{6}Z$/.test(timestamp)
  ) {
    const shown = authorization.slice(0, 20);
    return sesError("IncompleteSignature", `Authorization header is incomplete: '${shown}…'`);
  }
  const { keyId, scope, signedHeaders, signature } = parts;
  const credentials = Object.hasOwn(account.credentials, keyId) ? account.credentials[keyId] : undefined;
  if (credentials?.expired === true)
    return sesError("ExpiredToken", "The security token included in the request is expired", 403);
  if (credentials === undefined || credentials.sessionToken !== request.headers["x-amz-security-token"]) {
    const message = "The security token included in the request is invalid.";
    return sesError("InvalidClientTokenId", message, 403);
  }
  const toSign = [ALGORITHM, timestamp, scope, sha256(canonicalRequest(request, signedHeaders))].join("\n");
  const expected = sign(credentials.secretAccessKey, scope, toSign);
  const provided = Buffer.from(signature, "hex");
  const matches = provided.length === expected.length && timingSafeEqual(provided, expected);
  const problem =
    scopeProblem(scope, account.region, timestamp) ??
    (matches
      ? timeProblem(timestamp, now)
      : "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
  return problem === undefined ? undefined : sesError("SignatureDoesNotMatch", problem, 403);
}

interface Authorization {
  readonly keyId: string;
  /** `date/region/service/aws4_request`. */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parse(authorization: string): Authorization | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/;
  const [, keyId, scope, signedHeaders, signature] = form.exec(authorization) ?? [];
  if (keyId === undefined || scope === undefined || signedHeaders === undefined || signature === undefined) {
    return undefined;
  }
  return { keyId, scope, signedHeaders: signedHeaders.split(";"), signature };
}

function scopeProblem(scope: string, region: string, timestamp: string): string | undefined {
  const [date, scopeRegion, service, end] = scope.split("/");
  if (scopeRegion !== region) return `Credential should be scoped to a valid region, not '${scopeRegion}'. `;
  if (service !== "ses") return "Credential should be scoped to correct service: 'ses'. ";
  if (end !== "aws4_request") return "Credential should be scoped with a valid terminator: 'aws4_request'. ";
  if (date === timestamp.slice(0, 8)) return undefined;
  return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`;
}

function timeProblem(timestamp: string, now: number): string | undefined {
  const at = Date.parse(timestamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  if (at < now - WINDOW_MS) {
    return `Signature expired: ${timestamp} is now earlier than ${stamp(now - WINDOW_MS)} (${stamp(now)} - 15 min.)`;
  }
  if (at <= now + WINDOW_MS) return undefined;
  return `Signature not yet current: ${timestamp} is still later than ${stamp(now + WINDOW_MS)} (${stamp(now)} + 15 min.)`;
}

function stamp(time: number): string {
  return new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

function sign(secret: string, scope: string, toSign: string): Buffer {
  const hmac = (key: string | Buffer, data: string): Buffer =>
    createHmac("sha256", key).update(data).digest();
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign);
}

/** The canonical request of Signature Version 4, from the request as it came. */
function canonicalRequest(request: HttpRequest, signedHeaders: readonly string[]): string {
  const question = request.url.indexOf("?");
  const path = question < 0 ? request.url : request.url.slice(0, question);
  const query = question < 0 ? "" : request.url.slice(question + 1);
  const headers = signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? "").trim().replaceAll(/ +/g, " ")}\n`,
  );
  return [
    request.method,
    // Every service but S3 signs the path encoded once more.
    path.split("/").map(uriEncode).join("/"),
    canonicalQuery(query),
    headers.join(""),
    signedHeaders.join(";"),
    sha256(request.body),
  ].join("\n");
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [key = "", ...value] = pair.split("=");
      return [uriEncode(decodeURIComponent(key)), uriEncode(decodeURIComponent(value.join("=")))] as const;
    });
  const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  pairs.sort(([keyA, valueA], [keyB, valueB]) => before(keyA, keyB) || before(valueA, valueB));
  return pairs.map(([key, value]) => `${key}=${value}`).join("&");
}

function uriEncode(text: string): string {
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, hex);
}

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
