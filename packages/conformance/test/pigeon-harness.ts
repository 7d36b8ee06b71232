import type { Harness, TestTarget } from "@relais/conformance";
import { type Flaw, pigeon } from "./pigeon.ts";
import { type PigeonServer, pigeonServer } from "./pigeon-server.ts";

export interface PigeonTarget extends TestTarget {
  readonly far: PigeonServer;
}

const token = "t0ken+of/pigeons";
const encoded = Buffer.from(`:${token}`).toString("base64");

/** The rules' harness for pigeons. */
export function pigeonHarness(flaw?: Flaw): Harness<PigeonTarget> {
  const mode =
    (next: PigeonServer["mode"]) =>
    ({ far }: PigeonTarget): void => {
      far.mode = next;
    };
  return {
    async make() {
      const far = await pigeonServer();
      return {
        far,
        provider: pigeon(far.url, token, flaw),
        secrets: [token],
        received: () => far.received,
        requests: () => far.requests,
        close: far.close,
      };
    },
    provoke: {
      transient: mode({ status: 503 }),
      throttled: mode({ status: 429 }),
      deferred: mode({ status: 409 }),
      misconfigured: mode({ status: 401 }),
      refused: mode({ status: 403 }),
      rejected: mode({ status: 422 }),
      unknown: mode("lose"),
      stall: mode("stall"),
      missingId: mode("missingId"),
      partial: mode("partial"),
      defer: mode("defer"),
      echo: mode({ status: 403, error: `${token} ${encodeURIComponent(token)} ${encoded} is wrong` }),
    },
  };
}
