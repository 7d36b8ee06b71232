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

/** Node publishes here how requests of `node:http` end (https://nodejs.org/api/diagnostics_channel.html#http). */
const channel = "http.client.response.finish";

// Of containers (ECS, EKS Pod Identity) and of instances:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
const fixedHosts = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "169.254.169.254", "fd00:ec2::254"];
const endpointVariables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_SERVICE_ENDPOINT"];

function endpointHosts(env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const configured = endpointVariables.flatMap((name) => {
    const url = env[name] ?? "";
    return URL.canParse(url) ? [new URL(url).hostname.replace(/^\[(.*)\]$/, "$1")] : [];
  });
  return new Set([...fixedHosts, ...configured]);
}

const maxNotes = 40;

/** What the last round of a client's credentials chain met; nothing of it is kept longer, or shown. */
export class CredentialsErrors {
  /** What the links of the chain log. */
  #notes: string[] = [];
  /** How credentials endpoints answered, which the AWS client does not tell. */
  #statuses: number[] = [];
  #hosts: ReadonlySet<string> = new Set();
  #worked = false;

  /**
   * For the client's configuration. Its chain throws "Could not load credentials from any providers" whatever
   * happened; what its links met goes to the logger only.
   */
  readonly logger = {
    debug: (...words: unknown[]): void => this.#onNote(words.map(head).join(" ")),
    info: (): void => {},
    warn: (...words: unknown[]): void => process.emitWarning(words.map(head).join(" ")),
    error: (): void => {},
  };

  #onNote(note: string): void {
    // The first link of the chain: a new round begins.
    if (/defaultProvider::fromEnv$|AWS_PROFILE is set/.test(note)) this.#reset();
    // The last one, which logs neither how its endpoint answered nor that it did not.
    if (/remoteProvider::/.test(note) && this.#hosts.size === 0) {
      this.#hosts = endpointHosts(process.env);
      subscribe(channel, this.#onResponse);
    }
    if (this.#notes.length < maxNotes) this.#notes.push(note);
  }

  readonly #onResponse = (message: unknown): void => {
    const { request, response } = message as {
      readonly request?: { readonly host?: unknown };
      readonly response?: { readonly statusCode?: unknown };
    };
    if (typeof request?.host !== "string" || !this.#hosts.has(request.host)) return;
    const status = response?.statusCode;
    if (typeof status === "number" && this.#statuses.length < 20) this.#statuses.push(status);
  };

  #reset(): void {
    this.stop();
    this.#notes = [];
    this.#statuses = [];
  }

  /** There was a key: the source works. */
  succeeded(): void {
    this.#worked = true;
    this.#reset();
  }

  /** Stops listening. */
  stop(): void {
    unsubscribe(channel, this.#onResponse);
    this.#hosts = new Set();
  }

  /** Whether this failure to get a key is an error of an endpoint, which another try may not meet. */
  passes(thrown: unknown): boolean {
    this.stop();
    if ((thrown as { [passingMark]?: unknown } | null)?.[passingMark] === true) return true;
    if (passes(thrown, true) || this.#notes.some(saysItPasses)) return true;
    if (this.#statuses.length > 0) return this.#statuses.some(passingStatus);
    // No answer of an instance's endpoint. Where it was never named and never gave a key, there is none and nothing
    // is configured; else it is away for a moment.
    const reachedLast = this.#notes.some((note) => note.endsWith("remoteProvider::fromInstanceMetadata"));
    return reachedLast && (this.#worked || process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT !== undefined);
  }
}
