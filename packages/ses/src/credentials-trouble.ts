import { type EndpointWatch, endpointWatch } from "./endpoint-watch.ts";

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

/** Words of code that we do not know may be long. */
const head = (value: unknown): string => (typeof value === "string" ? value.slice(0, 1_000) : "");

function saysItPasses(words: string): boolean {
  if (passingWord.test(words)) return true;
  return failedCommand.test(words) && !brokenCommand.test(words);
}

/** @param trustWords whether its message is one of the AWS client, and not of code that we do not know */
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

/** Whether what a credentials function of somebody's threw is trouble of the network or of a server. */
export function callerTroublePasses(thrown: unknown): boolean {
  return passes(thrown, false);
}

/** What the default chain of the AWS client leaves of its reasons. */
export interface CredentialsTrouble {
  /**
   * For the client's configuration. Its chain throws "Could not load credentials from any providers" whatever
   * happened; what its links met is told to the logger only. Nothing of it is kept longer, or shown.
   */
  readonly logger: ReturnType<typeof listener>;
  /** A key was got: the source works. */
  succeeded(): void;
  /** Lets go of what listens. */
  stop(): void;
  /** Whether this failure to get a key is trouble of an endpoint, which another try may not meet. */
  passes(thrown: unknown): boolean;
}

const maxNotes = 40;

/** A logger of the AWS client's shape that hears what its credentials chain does. */
function listener(hear: (note: string) => void) {
  return {
    debug: (...words: unknown[]): void => hear(words.map(head).join(" ")),
    info: (): void => {},
    warn: (...words: unknown[]): void => process.emitWarning(words.map(head).join(" ")),
    error: (): void => {},
  };
}

/** One for each client: what the last round of its credentials chain met. */
export function credentialsTrouble(env: NodeJS.ProcessEnv = process.env): CredentialsTrouble {
  let notes: string[] = [];
  let answers: readonly number[] = [];
  let worked = false;
  let watch: EndpointWatch | undefined;
  const over = (): void => {
    answers = watch?.stop() ?? answers;
    watch = undefined;
  };
  const hear = (note: string): void => {
    // The first link of the chain: what an earlier round met is over.
    if (/defaultProvider::fromEnv$|AWS_PROFILE is set/.test(note)) {
      over();
      notes = [];
      answers = [];
    }
    // The last one, which says neither how its endpoint answered nor that it did not.
    if (/remoteProvider::/.test(note)) watch ??= endpointWatch(env);
    if (notes.length < maxNotes) notes.push(note);
  };
  return {
    logger: listener(hear),
    succeeded() {
      worked = true;
      over();
      notes = [];
      answers = [];
    },
    stop: over,
    passes(thrown) {
      over();
      if ((thrown as { [passingMark]?: unknown } | null)?.[passingMark] === true) return true;
      if (passes(thrown, true) || notes.some(saysItPasses)) return true;
      if (answers.length > 0) return answers.some(passingStatus);
      // No answer of an instance's endpoint. Where there is none, nobody has configured anything; where somebody
      // named it, or had keys from it, it is away for a moment.
      const asked = notes.some((note) => note.endsWith("remoteProvider::fromInstanceMetadata"));
      return asked && (worked || env.AWS_EC2_METADATA_SERVICE_ENDPOINT !== undefined);
    },
  };
}
