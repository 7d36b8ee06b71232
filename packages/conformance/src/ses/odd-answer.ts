import type { ServerResponse } from "node:http";
import type { SesOddFault } from "./ses-fault.ts";

const HUGE_BYTES = 50_000_000;
const XML = { "content-type": "text/xml" };

/** Sends a 200 whose body is not what the client hopes for. `xml` is the right body. */
export function oddAnswer(fault: SesOddFault, xml: string, response: ServerResponse): void {
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
