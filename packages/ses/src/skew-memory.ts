import type { Diagnosis } from "./diagnosis.ts";

/** Whether a wrong clock will mend itself: see `skewMemory`. */
export interface SkewMemory {
  /** To be called before a request is signed; gives the function that judges what came of it. */
  begin(): (diagnosis: Diagnosis | undefined) => Diagnosis | undefined;
}

/**
 * The AWS client learns how wrong our clock is from the answer that refuses a signature, so the next request gets
 * through: the failure is `transient`. A request signed after that and refused for the same reason will not be helped
 * by one more: then it is `misconfigured`, until something else comes back.
 */
export function skewMemory(): SkewMemory {
  let learned = false;
  return {
    begin() {
      const signedWithOffset = learned;
      return (diagnosis) => {
        const skewed = diagnosis?.clock === true;
        learned = skewed || (learned && diagnosis !== undefined);
        return skewed && signedWithOffset ? { ...diagnosis, kind: "misconfigured" } : diagnosis;
      };
    },
  };
}
