import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listener } from "../server/listener.ts";

interface Queued {
  readonly body: string;
  readonly id: string;
  visibleAt: number;
  received: number;
}

/** One queue of Amazon SQS on 127.0.0.1, as far as a consumer needs it: receive, delete, visibility time-out. */
export interface SqsServer {
  readonly endpoint: string;
  readonly queueUrl: string;
  send(body: string): void;
  /** Bodies of messages that were not deleted yet. */
  readonly left: readonly string[];
  /** How often messages were handed out, all together. */
  readonly receives: number;
  close(): Promise<void>;
}

/** @param visibilityMs after which a message that was received and not deleted comes again */
export async function sqsServer({
  visibilityMs = 30_000,
}: {
  readonly visibilityMs?: number;
} = {}): Promise<SqsServer> {
  let queue: Queued[] = [];
  let receives = 0;
  let wake = new AbortController();

  const visible = (most: number): Queued[] =>
    queue.filter((one) => one.visibleAt <= Date.now()).slice(0, most);

  const actions: Readonly<Record<string, (input: Record<string, unknown>) => unknown>> = {
    async ReceiveMessage({ MaxNumberOfMessages: most = 1, WaitTimeSeconds: waitSeconds = 0 }) {
      const until = Date.now() + Number(waitSeconds) * 1_000;
      let found = visible(Number(most));
      while (found.length === 0 && Date.now() < until) {
        const next = Math.min(until, ...queue.map((one) => one.visibleAt));
        await sleep(Math.max(1, next - Date.now()), undefined, { signal: wake.signal, ref: false }).catch(
          () => {},
        );
        found = visible(Number(most));
      }
      receives += found.length;
      const Messages = found.map((one) => {
        one.visibleAt = Date.now() + visibilityMs;
        one.received += 1;
        const MD5OfBody = createHash("md5").update(one.body).digest("hex");
        return { MessageId: one.id, ReceiptHandle: `${one.id}#${one.received}`, MD5OfBody, Body: one.body };
      });
      return Messages.length === 0 ? {} : { Messages };
    },
    DeleteMessageBatch({ Entries: entries }) {
      const list = entries as { Id: string; ReceiptHandle: string }[];
      const handles = list.map((one) => one.ReceiptHandle.split("#")[0]);
      queue = queue.filter((one) => !handles.includes(one.id));
      return { Successful: list.map(({ Id }) => ({ Id })), Failed: [] };
    },
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const name = String(request.headers["x-amz-target"] ?? "").replace("AmazonSQS.", "");
    const action = actions[name];
    const isSigned = /^AWS4-HMAC-SHA256 .*\/sqs\/aws4_request/.test(request.headers.authorization ?? "");
    const known = action !== undefined && isSigned;
    const answer = known
      ? await action(JSON.parse(Buffer.concat(chunks).toString()))
      : { __type: "com.amazonaws.sqs#InvalidAction", message: "not known, or not signed" };
    response.writeHead(known ? 200 : 400, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(answer));
  });
  const listening = await listener(server, 0);
  const endpoint = `http://127.0.0.1:${listening.port}`;
  return {
    endpoint,
    queueUrl: `${endpoint}/123456789012/mail-events`,
    send(body) {
      queue.push({ body, id: randomUUID(), visibleAt: 0, received: 0 });
      wake.abort();
      wake = new AbortController();
    },
    get left() {
      return queue.map((one) => one.body);
    },
    get receives() {
      return receives;
    },
    close: listening.down,
  };
}
