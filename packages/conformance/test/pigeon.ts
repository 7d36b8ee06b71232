import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Failure,
  type FailureKind,
  failure,
  type Message,
  type Outcome,
  type Provider,
  type Receipt,
  receipt,
  redactor,
  type SendContext,
} from "@relais/core/spi";
import { ask, type PigeonAnswer } from "./pigeon-post.ts";

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
  | "takes one refused for one put off"
  | "forgets the refused"
  | "names the refused as accepted, too"
  | "sends once more when one is refused"
  | "takes those put off for accepted"
  | "fails for all when one is put off"
  | "takes one put off for one refused"
  | "tries again for those put off"
  | "tells its token"
  | "lets the token be echoed"
  | "verifies with a message"
  | "rejects in verify"
  | "finds another well"
  | "is never well"
  | "sends after close"
  | "rejects after close"
  | "asks whether all is well after close"
  | "says cancelled after close"
  | "cannot be closed twice"
  | "leaves a timer"
  | "leaves its connections"
  | `takes ${"transient" | "throttled" | "deferred" | "misconfigured" | "rejected"} for refused`
  | "takes lost contact for transient"
  | "takes refused for transient";

const kinds: Readonly<Record<number, FailureKind>> = {
  401: "misconfigured",
  409: "deferred",
  422: "rejected",
  429: "throttled",
  403: "refused",
  503: "transient",
};

/** A provider for the server of pigeons that keeps to every rule, but for its flaw. */
export function pigeon(url: string, token: string, flaw?: Flaw): Provider {
  const id = "PIGEON";
  const agent = new Agent({ keepAlive: true });
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
  const post = (body: string, signal: AbortSignal | undefined): Promise<PigeonAnswer> =>
    ask(url, agent, token, body, signal);

  const judge = ({ status, body }: PigeonAnswer, message: Message, to: readonly string[]): Outcome => {
    if (status !== 200) {
      const no = fail(kinds[status] ?? "unknown", body.error ?? "no reason");
      // Its 503 comes in words of its own, and means that nothing was taken.
      return no.kind === "transient" ? Object.freeze({ ...no, definite: true }) : no;
    }
    const made = flaw === "invents a message id where there is none" ? message.id : undefined;
    const given = body.id === undefined ? made : flaw === "invents a message id" ? message.id : body.id;
    if (given === undefined) return fail("unknown", "an answer that says nothing");
    const { refused = [], waiting = [] } = body;
    const left = [...refused, ...waiting];
    const all = receipt({ provider: id, messageId: given, accepted: to });
    if (left.length === 0) return all;
    return judgeSome(left, refused.length > 0, all);
  };

  const judgeSome = (left: readonly string[], forGood: boolean, all: Receipt): Outcome => {
    const others = all.accepted.filter((address) => !left.includes(address));
    const swapped = forGood ? "takes one refused for one put off" : "takes one put off for one refused";
    const kind = forGood === (flaw !== swapped) ? "rejected" : "deferred";
    const no = failure({ provider: id, kind, reason: "no such loft, or a full one" });
    const rejected = left.map((address) => ({ address, failure: no }));
    const right = { ...all, accepted: others, rejected };
    if (flaw === (forGood ? "fails for all when one is refused" : "fails for all when one is put off"))
      return no;
    if (flaw === (forGood ? "takes the refused for accepted" : "takes those put off for accepted"))
      return all;
    if (!forGood) return right;
    if (flaw === "forgets the refused") return { ...right, rejected: [] };
    return flaw === "names the refused as accepted, too" ? { ...right, accepted: all.accepted } : right;
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
    if (closed && flaw === "says cancelled after close") return fail("cancelled", "closed");
    if (closed && flaw !== "sends after close") {
      return failure({ provider: id, kind: "skipped", code: "closed", reason: "closed" });
    }
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
      if (flaw === "sends once more when one is refused" && answer.body.refused !== undefined)
        answer = await post(body, signal);
      if (flaw === "tries again for those put off" && answer.body.waiting !== undefined)
        await post(JSON.stringify({ key: message.id, to: answer.body.waiting, text }), signal);
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
