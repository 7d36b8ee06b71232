import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Somebody who knows the token. */
export interface Session {
  /** Goes with every form. */
  readonly csrf: string;
}

/** Who has logged in. Without a token nobody can. */
export interface Sessions {
  readonly open: boolean;
  /** @returns the cookie, if the token is right */
  login(token: string): string | undefined;
  of(request: IncomingMessage): Session | undefined;
}

const lifeMs = 8 * 3_600_000;
const most = 100;
const name = "relais_session";

const hash = (text: string): Buffer => createHash("sha256").update(text).digest();

/** @param token what a visitor must know to press buttons; without one nobody may */
export function sessions(token: string | undefined): Sessions {
  const known = new Map<string, Session & { readonly until: number }>();
  return {
    open: token !== undefined,
    login(given) {
      if (token === undefined || !timingSafeEqual(hash(given), hash(token))) return undefined;
      const id = randomBytes(24).toString("base64url");
      if (known.size >= most) known.delete(known.keys().next().value as string);
      known.set(id, { csrf: randomBytes(24).toString("base64url"), until: Date.now() + lifeMs });
      return `${name}=${id}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${lifeMs / 1_000}`;
    },
    of({ headers }) {
      const id = new RegExp(`(?:^|; )${name}=([\\w-]+)`).exec(headers.cookie ?? "")?.[1];
      const session = id === undefined ? undefined : known.get(id);
      return session !== undefined && session.until > Date.now() ? session : undefined;
    },
  };
}

/** Compares without telling by its time how much was right. */
export function isSame(given: string | null, expected: string): boolean {
  return given !== null && timingSafeEqual(hash(given), hash(expected));
}
