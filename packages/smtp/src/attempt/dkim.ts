import type { DkimSettings } from "../options/settings.ts";
import { dkimSignature } from "./dkim-signature.ts";
import { relaxed } from "./relaxed.ts";

/**
 * The bytes with a DKIM-Signature on top (RFC 6376) for each key of the domain that `from`, an address, is aligned
 * with. Rejects with code `EDKIM` if they cannot be signed.
 */
export type Sign = (bytes: Buffer, from: string) => Promise<Buffer>;

/** How well a signature by `domainName` suits a sender at `host`: DMARC wants the same domain, above or below. */
function alignment(domainName: string, host: string): number {
  if (domainName === host) return Number.POSITIVE_INFINITY;
  if (host.endsWith(`.${domainName}`)) return domainName.length;
  return domainName.endsWith(`.${host}`) ? 0 : -1;
}

/** The keys that sign for a sender: all of the domain nearest to it, or else of the first domain. */
function keysFor(all: readonly DkimSettings[], from: string): readonly DkimSettings[] {
  const host = from.slice(from.lastIndexOf("@") + 1).toLowerCase();
  const [first] = all;
  const nearest = all.reduce(
    (best, one) => {
      const suits = alignment(one.domainName, host);
      return suits > best.suits ? { suits, domainName: one.domainName } : best;
    },
    { suits: -1, domainName: first?.domainName },
  );
  return all.filter(({ domainName }) => domainName === nearest.domainName);
}

async function make(bytes: Buffer, keys: readonly DkimSettings[]): Promise<Buffer> {
  const message = relaxed(bytes);
  try {
    const signatures = await Promise.all(keys.map((key) => dkimSignature(message, key)));
    return Buffer.concat([Buffer.from(signatures.join(""), "latin1"), bytes]);
  } catch {
    throw Object.assign(new Error("the message could not be signed"), { code: "EDKIM" });
  }
}

/** Signs with these settings; each buffer once, however often it is asked for. */
export function sign(settings: readonly DkimSettings[]): Sign {
  const signed = new WeakMap<Buffer, Promise<Buffer>>();
  return (bytes, from) => {
    const known = signed.get(bytes);
    if (known !== undefined) return known;
    const made = make(bytes, keysFor(settings, from));
    signed.set(bytes, made);
    made.catch(() => signed.delete(bytes));
    return made;
  };
}
