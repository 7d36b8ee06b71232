import { type KeyObject, X509Certificate } from "node:crypto";
import { Refused } from "../receiver/receiver.ts";

/** A certificate has 2 KB, the answer to a confirmation less. */
const maxAnswerBytes = 64 * 1024;
const timeoutMs = 5_000;
const maxCertificates = 16;
/** Names of certificates are the sender's to choose: new ones are asked for no more often than this. */
const maxFetchesPerMinute = 10;
const failureKeptMs = 30_000;
const certificateKeptMs = 24 * 60 * 60_000;

/**
 * The URL, if it is one of SNS itself in the topic's region: https, no port, no login.
 * @throws {Refused} otherwise
 */
export function snsUrl(what: string, text: string | undefined, region: string): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  const hosts = [`sns.${region}.amazonaws.com`, `sns.${region}.amazonaws.com.cn`];
  const isSns =
    url?.protocol === "https:" &&
    hosts.includes(url.host) &&
    `${url.username}${url.password}${url.hash}` === "";
  if (!isSns) throw new Refused(403, `the ${what} is not one of SNS in the topic's region`);
  return url;
}

/** Asks for a URL that was checked; follows no redirect, and reads no more than it must. */
export async function fetchOfSns(fetchUrl: typeof fetch, url: URL): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetchUrl(url, { redirect: "error", signal });
  if (response.status !== 200 || response.redirected) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function publicKey(pem: string): KeyObject {
  const { publicKey, validFrom, validTo } = new X509Certificate(pem);
  const now = Date.now();
  if (!(Date.parse(validFrom) <= now && now <= Date.parse(validTo)))
    throw new Error("the certificate is not valid now");
  if (publicKey.asymmetricKeyType !== "rsa") throw new Error("the certificate has no RSA key");
  return publicKey;
}

/** The public keys of SNS by the URL of their certificate, which was checked: each is asked for once. */
export function signingKeys(fetchUrl: typeof fetch): (url: URL) => Promise<KeyObject> {
  const kept = new Map<string, { readonly key: Promise<KeyObject>; until: number }>();
  let recent: number[] = [];
  return async ({ href }) => {
    const now = Date.now();
    const known = kept.get(href);
    if (known !== undefined && known.until > now) return known.key;
    recent = recent.filter((time) => now - time < 60_000);
    if (recent.length >= maxFetchesPerMinute) throw new Error("too many certificates within a minute");
    recent.push(now);
    const entry = {
      key: fetchOfSns(fetchUrl, new URL(href)).then(publicKey),
      until: now + certificateKeptMs,
    };
    entry.key.catch(() => {
      entry.until = Date.now() + failureKeptMs;
    });
    kept.delete(href);
    const oldest = kept.keys().next().value;
    if (kept.size >= maxCertificates && oldest !== undefined) kept.delete(oldest);
    kept.set(href, entry);
    return entry.key;
  };
}
