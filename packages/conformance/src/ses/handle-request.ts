import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountState } from "./account-state.ts";
import { errorXml, type SesError } from "./answer.ts";
import type { SesFault, SesRequest } from "./contract.ts";
import { breakConnection, malformedResponse, stalls } from "./faults.ts";
import { parameters } from "./form.ts";
import { type HttpRequest, verifySignature } from "./signature.ts";

/** What a request meets at its server. */
export interface RequestHost {
  readonly state: AccountState;
  record(request: SesRequest): void;
  earlyFault(): SesFault | undefined;
  lateFault(action: string, parameters: ReadonlyMap<string, string>): SesFault | undefined;
  plain(socket: Socket): Socket | undefined;
}

/** Takes one HTTP request from its head to its answer, or to wherever a fault ends it. */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  host: RequestHost,
): Promise<void> {
  const { state } = host;
  const at = new Date(state.now());
  const headers = joined(request.rawHeaders);
  const plain = host.plain(request.socket);
  const early = host.earlyFault();
  const broken = (fault: SesFault | undefined, ...points: Parameters<typeof breakConnection>[1]): boolean =>
    breakConnection(fault, points, plain, request);

  if (broken(early, "beforeRead") || stalls(early, ["noRead"], request)) {
    host.record({ at, bytes: 0, headers });
    return;
  }
  const body = await read(request, early !== undefined);
  if (early !== undefined || !request.complete) {
    host.record({ at, bytes: body.length, headers });
    broken(early, "whileReading");
    return;
  }

  const http: HttpRequest = { method: request.method ?? "", url: request.url ?? "/", headers, body };
  const query = parameters(http.method === "GET" ? (http.url.split("?")[1] ?? "") : body.toString("latin1"));
  const action = query.get("Action") ?? "";
  host.record({ action, at, bytes: body.length, headers });
  response.setHeader("date", new Date(state.now()).toUTCString());
  response.setHeader("x-amzn-requestid", randomUUID());

  let fault = host.lateFault(action, query);
  while (fault !== undefined && "delayMs" in fault) {
    await sleep(fault.delayMs, undefined, { ref: false });
    fault = fault.next;
  }
  if (broken(fault, "beforeRead", "whileReading", "beforeProcessing")) return;
  if (stalls(fault, ["noRead", "beforeProcessing"], request)) return;
  if (proxyResponse(fault, response)) return;

  const error = scripted(fault) ?? verifySignature(http, state.account, state.now());
  const answer = error === undefined ? state.act(action, query) : { error };
  if ("error" in answer) {
    send(response, answer.error.status ?? 400, errorXml(answer.error));
    return;
  }
  if (broken(fault, "afterAccept") || stalls(fault, ["afterAccept"], request)) return;
  if (fault !== undefined && "ok" in fault) malformedResponse(fault, answer.xml, response);
  else send(response, 200, answer.xml);
}

async function read(request: IncomingMessage, someOnly: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      if (someOnly) break;
    }
  } catch {
    // The client went away in the middle of its request, which is no fault of the server.
  }
  return Buffer.concat(chunks);
}

function scripted(fault: SesFault | undefined): SesError | undefined {
  if (fault === undefined) return undefined;
  if ("error" in fault) return fault.error;
  return "expiredRequest" in fault ? { code: "RequestExpired", message: "Request has expired." } : undefined;
}

function proxyResponse(fault: SesFault | undefined, response: ServerResponse): boolean {
  if (fault === undefined || !("status" in fault)) return false;
  send(response, fault.status, fault.body ?? "", fault.contentType ?? "text/html");
  return true;
}

function send(response: ServerResponse, status: number, body: string, contentType = "text/xml"): void {
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": String(Buffer.byteLength(body)),
  });
  response.end(body);
}

// A header that comes twice is signed as one, joined by commas.
function joined(raw: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const value = raw[at + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
}
