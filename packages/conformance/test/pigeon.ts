import { type Agent, Agent as HttpAgent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Failure,
  type FailureKind,
  failure,
  type Message,
  type Outcome,
  type Provider,
  receipt,
  redactor,
  type SendContext,
} from "@relais/core/spi";

/** One way for a provider to be wrong; the rest of it is right. */
export type Flaw =
  | "rejects when contact is lost"
  | "answers nothing when contact is lost"
  | "bears another id"
  | "invents a message id"
  | "invents a message id where there is none"
  | "asks for the hand-over twice"
  | "waits for the hand-over a little only"
  | "does not look at a refused hand-over"
  | "sends all the same when the hand-over is refused"
  | "says transient when the hand-over is refused"
  | "asks whether all is well although it was given up"
  | "says transient when given up before"
  | "sends all the same when given up before"
  | "says cancelled when given up after"
  | "answers an abort late"
  | "tries again"
  | "writes on attachments"
  | "makes a key of its own"
  | "has one key for all"
  | "writes to everybody"
  | "remembers one message for all"
  | "remembers one id for all"
  | "counts everybody as reached"
  | "takes the refused for accepted"
  | "fails for all when one is refused"
  | "tells its token"
  | "lets the token be echoed"
  | "verifies with a message"
  | "rejects in verify"
  | "finds another well"
  | "is never well"
  | "sends after close"
  | "rejects after close"
  | "asks whether all is well after close"
  | "cannot be closed twice"
  | "leaves a timer"
  | "leaves its connections"
  | `takes ${"transient" | "throttled" | "deferred" | "misconfigured" | "rejected"} for refused`
  | "takes lost contact for transient"
  | "takes refused for transient";

interface Answer {
  readonly status: number;
  readonly body: { readonly id?: string; readonly error?: string; readonly refused?: readonly string[] };
}

const kinds: Readonly<Record<number, FailureKind>> = {
  401: "misconfigured",
  409: "deferred",
  422: "rejected",
  429: "throttled",
  403: "refused",
  503: "transient",
};

/** A provider for the far end of pigeons that keeps to every rule, but for its flaw. */
export function pigeon(url: string, token: string, flaw?: Flaw): Provider {
  const id = "PIGEON";
  const agent = new HttpAgent({ keepAlive: true });
  const clean = flaw === "lets the token be echoed" ? (text: string) => text : redactor([token]);
  const timers: NodeJS.Timeout[] = [];
  let closed = false;
  let last: Message | undefined;
  let lastId: string | undefined;

  const fail = (kind: FailureKind, reason: string): Failure => {
    const told = flaw === `takes ${kind} for refused` ? "refused" : kind;
    const plain =
      flaw === "tells its token" && kind === "misconfigured" ? `${reason}: ${token}` : clean(reason);
    return failure({
      provider: flaw === "bears another id" ? "DOVE" : id,
      kind: flaw === "takes refused for transient" && kind === "refused" ? "transient" : told,
      reason: plain,
    });
  };
  const post = (body: string, signal: AbortSignal | undefined): Promise<Answer> =>
    ask(url, agent, token, body, signal);

  const judge = ({ status, body }: Answer, message: Message, to: readonly string[]): Outcome => {
    if (status !== 200) return fail(kinds[status] ?? "unknown", body.error ?? "no reason");
    const made = flaw === "invents a message id where there is none" ? message.id : undefined;
    const given = body.id === undefined ? made : flaw === "invents a message id" ? message.id : body.id;
    if (given === undefined) return fail("unknown", "an answer that says nothing");
    const { refused = [] } = body;
    if (flaw === "takes the refused for accepted" || refused.length === 0)
      return receipt({ provider: id, messageId: given, accepted: to });
    const no = fail("rejected", "no such loft");
    if (flaw === "fails for all when one is refused") return no;
    return receipt({
      provider: id,
      messageId: given,
      accepted: to.filter((address) => !refused.includes(address)),
      rejected: refused.map((address) => ({ address, failure: no })),
    });
  };

  const cross = async ({ handOver }: SendContext): Promise<void> => {
    if (flaw === "asks for the hand-over twice") await handOver();
    if (flaw === "waits for the hand-over a little only") await Promise.race([handOver(), sleep(20)]);
    else await handOver();
  };

  const send = async (message: Message, context: SendContext): Promise<Outcome> => {
    const { envelope, signal } = context;
    const early = signal.aborted;
    if (closed && flaw === "rejects after close") throw new Error("closed");
    if (closed && flaw === "asks whether all is well after close")
      await ask(url, agent, token, undefined, undefined);
    if (closed && flaw !== "sends after close") return fail("cancelled", "closed");
    if (early && flaw === "asks whether all is well although it was given up")
      await ask(url, agent, token, undefined, undefined);
    if (flaw === "writes on attachments") message.attachments[0]?.content.fill(0);
    if (flaw === "leaves a timer") timers.push(setInterval(() => {}, 1_000));
    last = message;
    await sleep(1);
    const { text, cc, bcc, to } = flaw === "remembers one message for all" ? last : message;
    const everybody = [...to, ...cc, ...bcc].map((one) => one.address);
    const body = JSON.stringify({
      key:
        flaw === "has one key for all"
          ? "k"
          : flaw === "makes a key of its own"
            ? Math.random().toString(36)
            : message.id,
      to: flaw === "writes to everybody" ? everybody : envelope.to,
      text,
    });
    try {
      await cross(context);
    } catch {
      const kind = flaw === "says transient when given up before" ? "transient" : "cancelled";
      if (signal.aborted) {
        if (flaw === "answers an abort late") await sleep(80);
        if (flaw === "sends all the same when given up before" && !early) await post(body, undefined);
        return fail(kind, "given up");
      }
      if (flaw === "sends all the same when the hand-over is refused") await post(body, undefined);
      if (flaw === "says transient when the hand-over is refused")
        return fail("transient", "not handed over");
      if (flaw !== "does not look at a refused hand-over") return fail("cancelled", "not handed over");
    }
    try {
      let answer = await post(body, signal);
      if (flaw === "tries again" && answer.status === 503) answer = await post(body, signal);
      lastId = answer.body.id;
      await sleep(1);
      if (flaw === "remembers one id for all" && lastId !== undefined && envelope.to.length === 1)
        return receipt({ provider: id, messageId: lastId, accepted: envelope.to });
      return judge(answer, message, flaw === "counts everybody as reached" ? everybody : envelope.to);
    } catch (error) {
      if (signal.aborted && flaw === "answers an abort late") await sleep(80);
      if (signal.aborted && flaw === "says cancelled when given up after")
        return fail("cancelled", "given up");
      if (signal.aborted) return fail("unknown", "given up");
      if (flaw === "rejects when contact is lost") throw error;
      if (flaw === "answers nothing when contact is lost") return undefined as unknown as Outcome;
      return fail(flaw === "takes lost contact for transient" ? "transient" : "unknown", "contact lost");
    }
  };

  return {
    id,
    send,
    async verify() {
      if (flaw === "rejects in verify") throw new Error("down");
      const verifying = JSON.stringify({ key: "v", to: ["me@example.com"], text: "" });
      const body = flaw === "verifies with a message" ? verifying : undefined;
      const { status } = await ask(url, agent, token, body, undefined).catch(() => ({ status: 0 }));
      return {
        provider: flaw === "finds another well" ? "DOVE" : id,
        ok: flaw !== "is never well" && status === 200,
      };
    },
    async close() {
      if (closed && flaw === "cannot be closed twice") throw new Error("closed already");
      closed = true;
      if (flaw !== "leaves its connections") agent.destroy();
    },
  };
}

function ask(
  url: string,
  agent: Agent,
  token: string,
  body: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Answer> {
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
