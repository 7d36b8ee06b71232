import { subscribe, unsubscribe } from "node:diagnostics_channel";

// Names and codes of what passes: of Node, of the AWS client and its endpoints (STS, SSO, container, instance).
const passingWord =
  /\b(?:ECONN(?:REFUSED|RESET|ABORTED)|E?TIMED?OUT|ENOTFOUND|EAI_AGAIN|E(?:HOST|NET)UNREACH|EPIPE|UND_ERR_\w{1,40}|TimeoutError|RequestTimeout|socket hang up|timed out|IDPCommunicationError|EPROXY\b|TooManyRequests|Throttl\w{1,20}|ServiceUnavailable|Internal(?:Failure|ServerError|Error))/;
const passingStatus = (status: unknown): boolean =>
  typeof status === "number" && (status === 408 || status === 429 || (status >= 500 && status <= 599));
/** What a `credential_process` that cannot be run, or says nothing useful, has in its message. */
const brokenCommand = /: (?:command )?not found\b|No such file|ENOENT|EACCES|permission denied|invalid JSON/i;
const failedCommand = /\bCommand failed\b/;

/** What may stand on something thrown; every part may be missing or of another type. */
interface Parts {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
  readonly statusCode?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown } | null;
}

/** Texts of unknown code may be long. */
const head = (value: unknown): string => (typeof value === "string" ? value.slice(0, 1_000) : "");

function saysItPasses(words: string): boolean {
  if (passingWord.test(words)) return true;
  return failedCommand.test(words) && !brokenCommand.test(words);
}

/** @param trustWords whether its message is one of the AWS client, and not of unknown code */
function passes(thrown: unknown, trustWords: boolean, depth = 0): boolean {
  if (typeof thrown !== "object" || thrown === null || depth > 4) return false;
  const { name, code, message, cause, errors, statusCode, $metadata } = thrown as Parts;
  if (saysItPasses(head(name)) || saysItPasses(head(code))) return true;
  if (passingStatus(statusCode) || passingStatus($metadata?.httpStatusCode)) return true;
  if (trustWords && saysItPasses(head(message))) return true;
  if (passes(cause, trustWords, depth + 1)) return true;
  return Array.isArray(errors) && errors.slice(0, 10).some((one) => passes(one, trustWords, depth + 1));
}

/** Marks what a credentials function threw as something that will pass. */
export const passingMark: unique symbol = Symbol("passing");

/** Whether what the caller's credentials function threw is an error of the network or of a server, which passes. */
export function callerErrorPasses(thrown: unknown): boolean {
  return passes(thrown, false);
}

/** What the credentials chain of the AWS client met on its way. */
export interface CredentialsErrors {
  /**
   * For the client's configuration. Its chain throws "Could not load credentials from any providers" whatever
   * happened; what its links met goes to the logger only. Nothing of it is kept longer, or shown.
   */
  readonly logger: ReturnType<typeof credentialsLogger>;
  /** There was a key: the source works. */
  succeeded(): void;
  /** Stops listening. */
  stop(): void;
  /** Whether this failure to get a key is an error of an endpoint, which another try may not meet. */
  passes(thrown: unknown): boolean;
}

const maxNotes = 40;

/** A logger of the AWS client's shape. */
function credentialsLogger(onNote: (note: string) => void) {
  return {
    debug: (...words: unknown[]): void => onNote(words.map(head).join(" ")),
    info: (): void => {},
    warn: (...words: unknown[]): void => process.emitWarning(words.map(head).join(" ")),
    error: (): void => {},
  };
}

/** One for each client; knows the last round of its credentials chain. */
export function credentialsErrors(env: NodeJS.ProcessEnv = process.env): CredentialsErrors {
  let notes: string[] = [];
  let answers: readonly number[] = [];
  let worked = false;
  let watch: EndpointWatch | undefined;
  const stop = (): void => {
    answers = watch?.stop() ?? answers;
    watch = undefined;
  };
  const onNote = (note: string): void => {
    // The first link of the chain: a new round begins.
    if (/defaultProvider::fromEnv$|AWS_PROFILE is set/.test(note)) {
      stop();
      notes = [];
      answers = [];
    }
    // The last one, which logs neither how its endpoint answered nor that it did not.
    if (/remoteProvider::/.test(note)) watch ??= endpointWatch(env);
    if (notes.length < maxNotes) notes.push(note);
  };
  return {
    logger: credentialsLogger(onNote),
    succeeded() {
      worked = true;
      stop();
      notes = [];
      answers = [];
    },
    stop,
    passes(thrown) {
      stop();
      if ((thrown as { [passingMark]?: unknown } | null)?.[passingMark] === true) return true;
      if (passes(thrown, true) || notes.some(saysItPasses)) return true;
      if (answers.length > 0) return answers.some(passingStatus);
      // No answer of an instance's endpoint. Where it was never named and never gave a key, there is none and nothing
      // is configured; else it is away for a moment.
      const reachedLast = notes.some((note) => note.endsWith("remoteProvider::fromInstanceMetadata"));
      return reachedLast && (worked || env.AWS_EC2_METADATA_SERVICE_ENDPOINT !== undefined);
    },
  };
}

// Of containers (ECS, EKS Pod Identity) and of instances:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
const fixedHosts = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "169.254.169.254", "fd00:ec2::254"];
const endpointVariables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_SERVICE_ENDPOINT"];

/** Node publishes here how requests of `node:http` end (https://nodejs.org/api/diagnostics_channel.html#http). */
const channel = "http.client.response.finish";

interface Finished {
  readonly request?: { readonly host?: unknown };
  readonly response?: { readonly statusCode?: unknown };
}

/** Notes the statuses of credentials endpoints, which the AWS client does not tell. */
interface EndpointWatch {
  /** The statuses so far. */
  stop(): readonly number[];
}

function hostsOf(env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const configured = endpointVariables.flatMap((name) => {
    const url = env[name] ?? "";
    return URL.canParse(url) ? [new URL(url).hostname.replace(/^\[(.*)\]$/, "$1")] : [];
  });
  return new Set([...fixedHosts, ...configured]);
}

function endpointWatch(env: NodeJS.ProcessEnv): EndpointWatch {
  const hosts = hostsOf(env);
  const statuses: number[] = [];
  const onFinish = (message: unknown): void => {
    const { request, response } = message as Finished;
    if (typeof request?.host !== "string" || !hosts.has(request.host)) return;
    if (typeof response?.statusCode === "number" && statuses.length < 20) statuses.push(response.statusCode);
  };
  subscribe(channel, onFinish);
  return {
    stop() {
      unsubscribe(channel, onFinish);
      return statuses;
    },
  };
}
