import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** In whose names a page is asked for, and whether anybody but this machine can ask. */
export interface Hosts {
  /** Only programs of this machine reach the page. */
  readonly onlyHere: boolean;
  /** Whether the `Host` of a request is one of ours. */
  allows(request: IncomingMessage): boolean;
}

const here = /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/;

/** The name in a `Host` header, without its port and the brackets of IPv6. */
function nameIn(header: string): string {
  const [, bracketed, plain = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header) ?? [];
  return (bracketed ?? plain).toLowerCase().replace(/\.$/, "");
}

/**
 * A page of somebody else's can make its own name lead here (DNS rebinding), and then asks in that name. An address
 * cannot be made to lead elsewhere, so addresses are answered, `localhost` is, and names that were allowed.
 * @param host the address that is listened on
 * @param allowed names by which others reach the page, a proxy's say: then it is not only this machine's
 */
export function hosts(host: string, allowed: readonly string[] = []): Hosts {
  const listensHere = here.test(host.toLowerCase());
  const names = new Set([host, ...allowed].map((name) => name.toLowerCase()));
  return {
    onlyHere: listensHere && allowed.length === 0,
    allows({ headers }) {
      const name = nameIn(headers.host ?? "");
      if (here.test(name) || names.has(name)) return true;
      return !listensHere && isIP(name) !== 0;
    },
  };
}
