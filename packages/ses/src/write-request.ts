import type { ClientRequest, IncomingMessage } from "node:http";
import type { Exchange } from "./exchange.ts";

/** What is held back until the hand-over: a request up to this size is not on the wire at all before it. */
const tailBytes = 64 * 1024;

const hangUp = (): Error => Object.assign(new Error("closed without an answer"), { code: "ECONNRESET" });

/**
 * Writes a connected request and resolves with the head of the answer. The last 64 KB are held back until all the
 * rest has left, and the hand-over is confirmed right before them: as with the final dot of SMTP, the far end can do
 * nothing with what it has by then, since the length and the signature are about the whole. So an upload that is cut
 * off or aborted half way was surely not taken.
 */
export async function writeRequest(
  request: ClientRequest,
  body: Buffer,
  exchange: Exchange,
): Promise<IncomingMessage> {
  let broken = false;
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const breaks = (thrown: Error): void => {
      broken = true;
      reject(thrown);
    };
    request.once("response", resolve);
    request.once("error", breaks);
    request.once("close", () => breaks(hangUp()));
  });
  answered.catch(() => {}); // it may break while something else is awaited
  // A far end may say no before it has heard everything: then there is nothing to hand over.
  const unlessAnswered = async (step: Promise<void>): Promise<boolean> =>
    (await Promise.race([step.then(() => undefined), answered])) !== undefined;

  const head = body.subarray(0, Math.max(0, body.length - tailBytes));
  if (head.length > 0) {
    const left = new Promise<void>((resolve, reject) => {
      request.write(head, (failed) => (failed ? reject(failed) : resolve()));
    });
    if (await unlessAnswered(left)) return answered;
  }
  if (broken || request.destroyed) return answered;
  if (exchange.handOver !== undefined) {
    const confirmed = exchange.handOver().catch((thrown: unknown) => {
      exchange.refused = true;
      throw thrown;
    });
    if (await unlessAnswered(confirmed)) return answered;
  }
  if (broken || request.destroyed) return answered;
  exchange.handedOver = true;
  exchange.stage = "handed over";
  request.end(body.subarray(head.length));
  return answered;
}
