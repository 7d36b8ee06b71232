import type { SesDecision, SesFault, SesMoment } from "./ses-fault.ts";

/** Says which fault meets which request, and counts `times`. */
export interface FaultSource {
  set(next: SesFault | SesDecision | undefined): void;
  /** The fault of a request whose body has not been read, if there is one that acts that early. */
  early(): SesFault | undefined;
  /** The fault of a request that has been read. */
  late(moment: SesMoment): SesFault | undefined;
}

export function faultSource(first: SesFault | SesDecision | undefined): FaultSource {
  let fault = first;
  let met = new Map<SesFault, number>();

  const take = (candidate: SesFault | undefined): SesFault | undefined => {
    if (candidate === undefined) return undefined;
    const count = (met.get(candidate) ?? 0) + 1;
    met.set(candidate, count);
    return count > (candidate.times ?? Number.POSITIVE_INFINITY) ? undefined : candidate;
  };

  return {
    set: (next) => {
      fault = next;
      met = new Map();
    },
    early: () => (typeof fault === "object" && actsEarly(fault) ? take(fault) : undefined),
    late: (moment) => {
      if (typeof fault === "function") return take(fault(moment));
      return fault === undefined || actsEarly(fault) ? undefined : take(fault);
    },
  };
}

function actsEarly(fault: SesFault): boolean {
  const point =
    "reset" in fault ? fault.reset : "close" in fault ? fault.close : "stall" in fault ? fault.stall : "";
  return point === "beforeRead" || point === "whileReading" || point === "noRead";
}
