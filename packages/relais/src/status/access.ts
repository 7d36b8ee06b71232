import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP, isIPv6 } from "node:net";

/** The names by which the page may be requested. */
export interface AllowedHosts {
  /** Only programs of this machine reach the page. */
  readonly localOnly: boolean;
  /** Whether the `Host` of a request is allowed. */
  allows(request: IncomingMessage): boolean;
}

const localName = /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/;

/**
 * A page of another site can make its own name lead here (DNS rebinding), and then sends that name. An address cannot be
 * made to lead elsewhere: addresses are allowed, `localhost`, and the names of the options.
 * @param host the address that is listened on
 * @param names names by which others reach the page, such as a proxy's: then it is not only this machine's
 */
export function allowedHosts(host: string, names: readonly string[] = []): AllowedHosts {
  const listensLocally = localName.test(host.toLowerCase());
  const allowed = new Set([host, ...names].map((name) => name.toLowerCase()));
  return {
    localOnly: listensLocally && names.length === 0,
    allows({ headers }) {
      const name = hostName(headers.host ?? "");
      if (localName.test(name) || allowed.has(name)) return true;
      return !listensLocally && isIP(name) !== 0;
    },
  };
}

/** The name in a `Host` header, without its port and the brackets of IPv6. */
function hostName(header: string): string {
  const [, bracketed, plain = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header) ?? [];
  return (bracketed ?? plain).toLowerCase().replace(/\.$/, "");
}

/** A visitor who has logged in. */
export interface Session {
  /** Goes with every form. */
  readonly csrf: string;
}

/** Who has logged in. Without a token nobody can. */
export interface Sessions {
  readonly canLogIn: boolean;
  /** @returns the cookie, if the token is right */
  login(token: string): string | undefined;
  of(request: IncomingMessage): Session | undefined;
}

const sessionMs = 8 * 3_600_000;
const mostSessions = 100;
const cookieName = "relais_session";
const cookie = new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`);

/** @param token what a visitor must know; without one nobody can log in */
export function createSessions(token: string | undefined): Sessions {
  const sessions = new Map<string, Session & { readonly expiresAt: number }>();
  return {
    canLogIn: token !== undefined,
    login(guess) {
      if (token === undefined || !isSame(guess, token)) return undefined;
      const id = randomBytes(24).toString("base64url");
      if (sessions.size >= mostSessions) sessions.delete(sessions.keys().next().value as string);
      sessions.set(id, { csrf: randomBytes(24).toString("base64url"), expiresAt: Date.now() + sessionMs });
      return `${cookieName}=${id}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${sessionMs / 1_000}`;
    },
    of({ headers }) {
      const session = sessions.get(cookie.exec(headers.cookie ?? "")?.[1] ?? "");
      return session !== undefined && session.expiresAt > Date.now() ? session : undefined;
    },
  };
}

/** Compares in a time that does not depend on how much is right. */
export function isSame(text: string | null, expected: string): boolean {
  const hash = (value: string): Buffer => createHash("sha256").update(value).digest();
  return text !== null && timingSafeEqual(hash(text), hash(expected));
}

/** Bounds how often a token may be guessed. */
export interface LoginLimiter {
  /** Takes a permit for one guess, if there is one left. */
  acquire(address: string): boolean;
  /** Gives it back: the token was right. */
  release(address: string): void;
}

/** Wrong tokens a minute: by one address, and by all of them. */
const mostByOne = 10;
const mostByAll = 100;
export const loginWindowMs = 60_000;

/** @param now ms, of a monotonic clock */
export function loginLimiter(now: () => number = () => performance.now()): LoginLimiter {
  // As many addresses at most as there are permits in all.
  let byNetwork = new Map<string, number>();
  let byAll = 0;
  let windowEnd = 0;
  return {
    acquire(address) {
      if (now() >= windowEnd) {
        byNetwork = new Map();
        byAll = 0;
        windowEnd = now() + loginWindowMs;
      }
      const network = networkOf(address);
      const count = byNetwork.get(network) ?? 0;
      if (count >= mostByOne || byAll >= mostByAll) return false;
      byNetwork.set(network, count + 1);
      byAll += 1;
      return true;
    },
    release(address) {
      const network = networkOf(address);
      const count = byNetwork.get(network) ?? 0;
      if (count === 0) return;
      byNetwork.set(network, count - 1);
      byAll -= 1;
    },
  };
}

/** An address of IPv4, or the first half of one of IPv6: its owner has all addresses that share it. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address.replace(/^::ffff:/i, "");
  const [head = "", tail = ""] = address.replace(/%.*$/, "").split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === "" ? [] : tail.split(":");
  const zeros = new Array(Math.max(0, 8 - first.length - last.length)).fill("0");
  return [...first, ...zeros, ...last].slice(0, 4).join(":");
}
