import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SesBreakPoint, SesDecision, SesFault, SesMoment, SesOddFault } from "./contract.ts";

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

const HUGE_BYTES = 50_000_000;
const XML = { "content-type": "text/xml" };

/** Sends a 200 whose body is not what the client hopes for. `xml` is the right body. */
export function malformedResponse(fault: SesOddFault, xml: string, response: ServerResponse): void {
  switch (fault.ok) {
    case "html":
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html><body>Please log in to the network.</body></html>");
      break;
    case "empty":
      response.writeHead(200, { ...XML, "content-length": "0" });
      response.end();
      break;
    case "huge":
      response.writeHead(200, XML);
      response.write(xml);
      response.end(Buffer.alloc(fault.bytes ?? HUGE_BYTES, "<a>filling</a>"));
      break;
    case "truncated":
      response.writeHead(200, { ...XML, "content-length": String(Buffer.byteLength(xml)) });
      response.write(xml.slice(0, xml.length / 2), () => response.socket?.end());
      break;
    case "trickle":
      response.writeHead(200, { ...XML, "content-length": String(Buffer.byteLength(xml)) });
      trickle(xml, fault.everyMs ?? 20, response);
      break;
    case "noMessageId":
      response.writeHead(200, XML);
      response.end(xml.replace(/<MessageId>[^<]*<\/MessageId>/, ""));
      break;
    case "xmlBomb":
      response.writeHead(200, XML);
      response.end(bomb(xml));
      break;
  }
}

function trickle(text: string, everyMs: number, response: ServerResponse): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(text.charAt(at));
    at += 1;
    if (at >= text.length) response.end();
    if (at >= text.length || response.destroyed) clearInterval(timer);
  }, everyMs);
  response.once("close", () => clearInterval(timer));
}

function bomb(xml: string): string {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const entities = names.map((name, at) => {
    const value = at === 0 ? "ha" : `&${names[at - 1]};`.repeat(10);
    return `<!ENTITY ${name} "${value}">`;
  });
  const body = xml.replace(/<MessageId>[^<]*</, "<MessageId>&h;<");
  return `<?xml version="1.0"?><!DOCTYPE bomb [${entities.join("")}]>${body}`;
}
