import { createServer, type ServerResponse } from "node:http";
import type { FeedbackReport, SqsPoller, SqsReport } from "@relais/feedback";
import type { Outbox } from "@relais/outbox";
import { type FeedbackSettings, feedbackKit } from "../../config/load-feedback.ts";
import { ConfigurationError } from "../../environment/settings-reader.ts";
import { listening, type RunningServer } from "../../status/page-server.ts";
import type { CliContext } from "../cli-context.ts";
import { portError } from "../site-flags.ts";

/** Takes in what becomes of mails: by requests, from queues and from a mailbox. */
export interface FeedbackIntake {
  /** Where it listens; absent where it only reads. */
  readonly url?: string;
  /** Takes no more, and resolves when all that is under way is stored, or after so long, ms. */
  close(graceMs: number): Promise<void>;
}

/** What became of something that was taken in, for the log. */
type Told = Omit<FeedbackReport, "status" | "receiver"> & {
  readonly status?: number;
  readonly mails?: number;
};
type Log = (from: string, told: Told) => void;

/** How long a request may take to come. */
const requestTimeoutMs = 30_000;

/** @throws {ConfigurationError} the port cannot be used, or a package is missing */
export async function feedbackIntake(
  settings: FeedbackSettings,
  outbox: Outbox,
  context: Pick<CliContext, "out" | "err">,
  json: boolean,
): Promise<FeedbackIntake> {
  const log = logTo(context, json);
  const ends: ((graceMs: number) => Promise<void>)[] = [];
  const close = async (graceMs: number): Promise<void> => {
    await Promise.all(ends.map((end) => end(graceMs)));
  };
  try {
    const url = settings.listen && (await listen(settings, settings.listen, outbox, log, ends));
    for (const queue of settings.queues) ends.push(await readQueue(queue, outbox, log));
    if (settings.mailbox !== undefined) ends.push(await readMailbox(settings, outbox, log));
    return { ...(url !== undefined && { url }), close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

async function listen(
  { receivers, unsubscribe }: FeedbackSettings,
  { host, port }: NonNullable<FeedbackSettings["listen"]>,
  outbox: Outbox,
  log: Log,
  ends: ((graceMs: number) => Promise<void>)[],
): Promise<string> {
  const { feedbackHandler, nodeHandler, unsubscribeHandler } = await feedbackKit();
  const feedback = feedbackHandler({
    receivers,
    store: outbox.feedback,
    // Programs that look for holes name no receiver: they would fill the log.
    onRequest: ({ receiver, ...told }) => receiver !== undefined && log(receiver, told),
  });
  const onError = (cause: unknown): void => log("unsubscribe", { error: "it was not stored", cause });
  const click =
    unsubscribe && unsubscribeHandler({ secret: unsubscribe.secret, store: outbox.feedback, onError });
  const handle = nodeHandler((request) => {
    const isClick = /(?:^|\/)unsubscribe\/?$/.test(new URL(request.url).pathname);
    return isClick && click !== undefined ? click(request) : feedback(request);
  });
  const running = new Set<ServerResponse>();
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: 10_000 });
  server.on("request", (request, response) => {
    running.add(response);
    response.once("close", () => running.delete(response));
    void handle(request, response);
  });
  let site: RunningServer;
  try {
    site = await listening(server, host, port);
  } catch (error) {
    throw portError(error, host, port);
  }
  ends.push(async (graceMs) => {
    const closed = new Promise((resolve) => server.close(resolve));
    // Its connection takes no other request.
    for (const response of running) if (!response.headersSent) response.setHeader("connection", "close");
    server.closeIdleConnections();
    const late = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([closed, late]);
    await site.close();
  });
  return site.url;
}

async function readQueue(
  queue: FeedbackSettings["queues"][number],
  outbox: Outbox,
  log: Log,
): Promise<() => Promise<void>> {
  const { sqsPoller } = await feedbackKit();
  let poller: SqsPoller;
  const onBatch = ({ messages, result, unreadable, cause }: SqsReport): void =>
    log("sqs", {
      result,
      ...(unreadable && {
        notice: `${unreadable.length} of ${messages} messages cannot be read: ${unreadable[0]}`,
      }),
      ...(cause === undefined ? {} : { error: "the queue was not read, or not stored", cause }),
    });
  try {
    poller = await sqsPoller({ ...queue, store: outbox.feedback, onBatch });
  } catch (error) {
    throw new ConfigurationError([`feedback.queues: ${(error as Error).message}.`]);
  }
  return () => poller.close();
}

async function readMailbox(
  { mailbox, mailboxEveryMs }: FeedbackSettings,
  outbox: Outbox,
  log: Log,
): Promise<(graceMs: number) => Promise<void>> {
  const { receiveFromImap } = await feedbackKit();
  const options = { ...mailbox, store: outbox.feedback } as Parameters<typeof receiveFromImap>[0];
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async (): Promise<void> => {
    try {
      const { mails, events } = await receiveFromImap(options);
      if (mails > 0) log("mailbox", { mails, notice: `${events} events` });
    } catch (cause) {
      log("mailbox", { error: "it was not read, or not stored", cause });
    }
    if (!stopped) timer = setTimeout(next, mailboxEveryMs);
  };
  let running: Promise<void> = Promise.resolve();
  const next = (): void => {
    running = round();
  };
  next();
  return async (graceMs) => {
    stopped = true;
    clearTimeout(timer);
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
  };
}

/** A line for each request, batch and mailbox that told something, without addresses. */
function logTo({ out, err }: Pick<CliContext, "out" | "err">, json: boolean): Log {
  return (from, { result, cause, ...told }) => {
    const reason = cause instanceof Error ? cause.message : undefined;
    const at = new Date().toISOString();
    const isWrong = told.error !== undefined;
    const line = json
      ? JSON.stringify({ type: "feedback-intake", from, ...told, ...result, ...(reason && { reason }), at })
      : `${at} feedback from ${from}: ${inWords(told, result, reason)}`;
    (isWrong ? err : out)(line);
  };
}

function inWords(
  { status, mails, notice, error }: Told,
  result: FeedbackReport["result"],
  reason = "",
): string {
  const counts = Object.entries(result ?? {}).filter(([, count]) => count > 0);
  return [
    ...(error === undefined ? [] : [`${status === undefined ? "" : `${status}, `}${error}`]),
    ...(reason === "" ? [] : [reason]),
    ...(mails === undefined ? [] : [`${mails} mails`]),
    ...counts.map(([what, count]) => `${count} ${what}`),
    ...(notice === undefined ? [] : [notice]),
    ...(error === undefined && counts.length === 0 && notice === undefined ? ["nothing to store"] : []),
  ].join("; ");
}
