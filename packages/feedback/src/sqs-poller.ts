import { type FeedbackEvent, type FeedbackResult, type FeedbackStore, option } from "@relais/core/spi";
import { type CommonOptions, commonFields } from "./receiver/authentic.ts";
import { isObject, rawTextAt } from "./receiver/json.ts";
import { Refused } from "./receiver/receiver.ts";
import { sesEvents } from "./sources/ses-events.ts";

/** What became of one batch of messages. */
export interface SqsReport {
  readonly messages: number;
  readonly result?: FeedbackResult | undefined;
  /** What cannot be read, and stays in the queue until its redrive policy takes it away. */
  readonly unreadable?: readonly string[] | undefined;
  /** Why the queue could not be read, or the events could not be stored. */
  readonly cause?: unknown;
}

/** Of a queue, as a file may hold them. */
export const queueFields = {
  /** `https://sqs.eu-west-1.amazonaws.com/123456789012/mail-events` */
  queueUrl: option.required(option.matching(/^https?:\/\/\S+$/, "the URL of a queue")),
  /** @defaultValue that of the queue's URL */
  region: option.shaped(/^[a-z]{2}[a-z-]*-\d$/, "a region such as eu-west-1"),
  /** Another address of SQS, for tests. */
  endpoint: option.matching(/^https?:\/\/\S+$/, "an http: or https: URL"),
  /** A key pair, or a function that returns one. @defaultValue the AWS client's default chain */
  credentials: option.either(
    [option.object<AwsKeys>(), option.callable<() => Promise<AwsKeys>>()],
    (value) =>
      typeof value === "function" ? option.callable<() => Promise<AwsKeys>>() : option.object<AwsKeys>(),
  ),
};

const fields = {
  ...queueFields,
  /** Where the events go. */
  store: option.required(option.object<FeedbackStore>()),
  /** Told of each batch. */
  onBatch: option.callable<(report: SqsReport) => void>(),
};

/** An access key of AWS. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SqsPollerOptions
  extends CommonOptions,
    option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

/** Reads events of SES from a queue until it is closed. */
export interface SqsPoller {
  /** Ends the reading, after the batch that is being stored. */
  close(): Promise<void>;
}

const waitSeconds = 20;
const maxPauseMs = 30_000;

/** The text of SES in a message: it stands in an envelope of SNS, unless raw delivery is on. */
function textOf(body: string): string {
  try {
    const envelope: unknown = JSON.parse(body);
    if (isObject(envelope) && rawTextAt(envelope, "Type") === "Notification")
      return rawTextAt(envelope, "Message") ?? "";
  } catch {
    // What is no JSON is no event either.
  }
  return body;
}

/**
 * Events of Amazon SES by way of an SQS queue: no address on the Internet is needed, and who may write into the queue is
 * IAM's to say. A message is deleted after its events are stored. Resolves when the reading has begun.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 * @throws {Error} if the package `@aws-sdk/client-sqs` is not installed
 */
export async function sqsPoller(options: SqsPollerOptions): Promise<SqsPoller> {
  const checked = option.check("sqsPoller", option.record({ ...commonFields, ...fields }), options);
  const { queueUrl, store, provider = "SES", endpoint, credentials, onBatch } = checked;
  const region = checked.region ?? /^https:\/\/sqs\.([a-z0-9-]+)\./.exec(queueUrl)?.[1];
  const stop = new AbortController();
  const sqs = await import("@aws-sdk/client-sqs").catch((cause: unknown) => {
    throw new Error("sqsPoller needs the package @aws-sdk/client-sqs: npm install @aws-sdk/client-sqs", {
      cause,
    });
  });
  const client = new sqs.SQSClient({
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  });
  const told = (report: SqsReport): void => {
    try {
      onBatch?.(report);
    } catch {
      // Whoever is told cannot change what is read.
    }
  };

  const batch = async (): Promise<void> => {
    const receive = new sqs.ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: waitSeconds,
    });
    const { Messages: messages = [] } = await client.send(receive, { abortSignal: stop.signal });
    if (messages.length === 0) return;
    const events: FeedbackEvent[] = [];
    const unreadable: string[] = [];
    const done: { Id: string; ReceiptHandle: string | undefined }[] = [];
    for (const [i, { Body, ReceiptHandle }] of messages.entries()) {
      try {
        const reading = sesEvents(textOf(Body ?? ""), provider, "sqs");
        events.push(...reading.events.filter((one) => one !== undefined));
        done.push({ Id: String(i), ReceiptHandle });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        unreadable.push(error.message);
      }
    }
    const result = events.length === 0 ? undefined : await store.record(events);
    // Not cut short by closing: what is stored needs not come again.
    if (done.length > 0)
      await client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: done }));
    told({ messages: messages.length, result, ...(unreadable.length > 0 && { unreadable }) });
  };

  const run = async (): Promise<void> => {
    let pauseMs = 1_000;
    while (!stop.signal.aborted) {
      try {
        await batch();
        pauseMs = 1_000;
      } catch (cause) {
        if (stop.signal.aborted) break;
        told({ messages: 0, cause });
        await pause(pauseMs, stop.signal);
        pauseMs = Math.min(2 * pauseMs, maxPauseMs);
      }
    }
    client.destroy();
  };
  const running = run();
  return {
    close() {
      stop.abort();
      return running;
    },
  };
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, delayMs);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    }
    signal.addEventListener("abort", end);
  });
}
