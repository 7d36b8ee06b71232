import { type Agent, request } from "node:http";

/** What the server of pigeons says. */
export interface PigeonAnswer {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly error?: string;
    readonly refused?: readonly string[];
    readonly waiting?: readonly string[];
  };
}

/** One request: with a body a message, without one a question whether all is well. */
export function ask(
  url: string,
  agent: Agent,
  token: string,
  body: string | undefined,
  signal: AbortSignal | undefined,
): Promise<PigeonAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      agent,
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}` },
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("error", reject);
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) });
      });
    });
    outgoing.end(body);
  });
}
