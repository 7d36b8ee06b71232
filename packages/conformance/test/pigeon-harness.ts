import type { Harness, TestTarget } from "@relais/conformance";
import { type Flaw, pigeon } from "./pigeon.ts";
import { type PigeonFarEnd, pigeonFarEnd } from "./pigeon-far-end.ts";

export interface PigeonStage extends TestTarget {
  readonly far: PigeonFarEnd;
}

const token = "t0ken+of/pigeons";
const encoded = Buffer.from(`:${token}`).toString("base64");

/** The rules' harness for pigeons. */
export function pigeonHarness(flaw?: Flaw): Harness<PigeonStage> {
  const mood =
    (next: PigeonFarEnd["mood"]) =>
    ({ far }: PigeonStage): void => {
      far.mood = next;
    };
  return {
    async make() {
      const far = await pigeonFarEnd();
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
      transient: mood({ status: 503 }),
      throttled: mood({ status: 429 }),
      deferred: mood({ status: 409 }),
      misconfigured: mood({ status: 401 }),
      refused: mood({ status: 403 }),
      rejected: mood({ status: 422 }),
      unknown: mood("lose"),
      stall: mood("stall"),
      missingId: mood("missingId"),
      partial: mood("partial"),
      defer: mood("defer"),
      echo: mood({ status: 403, error: `${token} ${encodeURIComponent(token)} ${encoded} is wrong` }),
    },
  };
}
