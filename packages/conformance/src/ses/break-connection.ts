import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { SesBreakPoint, SesFault } from "./ses-fault.ts";

/** Cuts or closes a request's connection when the fault is one that breaks here. Says whether it did. */
export function breakConnection(
  fault: SesFault | undefined,
  points: readonly SesBreakPoint[],
  plain: Socket | undefined,
  request: IncomingMessage,
): boolean {
  if (fault === undefined) return false;
  if ("reset" in fault && points.includes(fault.reset)) {
    plain?.resetAndDestroy();
    return true;
  }
  if ("close" in fault && points.includes(fault.close)) {
    // Reads on what is still coming: a close with unread bytes would go out as a RST.
    request.resume();
    request.socket.end();
    return true;
  }
  return false;
}

/** A request never answered, and with `noRead` not read either. Says whether it is one. */
export function stalls(
  fault: SesFault | undefined,
  points: readonly string[],
  request: IncomingMessage,
): boolean {
  if (fault === undefined || !("stall" in fault) || !points.includes(fault.stall)) return false;
  if (fault.stall === "noRead") request.socket.pause();
  return true;
}
