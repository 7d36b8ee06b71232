import { option, redactor } from "@relais/core/spi";
import { callerErrorPasses, passingMark } from "./credentials-errors.ts";
import { type CheckedOptions, type KeyPair, keyPair, type SesCredentials } from "./options.ts";

// A signature is good for some minutes to whoever repeats the request with it, and some servers echo headers.
const signature = /\b(Signature=)[0-9a-f]{16,64}/gi;

/** Where keys come from, and the secrets seen so far, which must not come out of here. */
export interface CredentialsSource {
  /** Absent: the AWS client's own default chain. */
  readonly get?: () => Promise<KeyPair>;
  readonly redact: (text: string) => string;
}

/** The name and code of what unknown code threw; its text may hold any secret. */
function kindOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  const { code } = thrown as { code?: unknown };
  const word = /^[A-Za-z][A-Za-z0-9_]{1,39}$/;
  const name = word.test(thrown.name) ? thrown.name : "Error";
  return typeof code === "string" && word.test(code) ? `${name} ${code}` : name;
}

function credentialsError(message: string, passes = false): Error {
  return Object.assign(new Error(message), { name: "CredentialsProviderError", [passingMark]: passes });
}

/**
 * Wraps what was given as `credentials`, so that all secrets are known and none is thrown.
 * @param others secrets of the same provider that are no credentials
 */
export function credentialsSource(
  source: CheckedOptions["credentials"],
  others: readonly string[] = [],
): CredentialsSource {
  const secrets = new Set<string>(others);
  let clean = redactor(secrets);
  const note = ({ secretAccessKey, sessionToken }: KeyPair): void => {
    const before = secrets.size;
    for (const secret of [secretAccessKey, sessionToken]) if (secret !== undefined) secrets.add(secret);
    if (secrets.size > before) clean = redactor(secrets);
  };
  const redact = (text: string): string => clean(text).replace(signature, "$1[redacted]");
  if (source === undefined) return { redact };
  if (typeof source !== "function") note(source);

  const read = async (): Promise<SesCredentials> => {
    if (typeof source !== "function") return source;
    try {
      return await source();
    } catch (thrown) {
      throw credentialsError(`the credentials function threw (${kindOf(thrown)})`, callerErrorPasses(thrown));
    }
  };
  const get = async (): Promise<KeyPair> => {
    // Other sources of AWS give more than these.
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = (await read()) ?? {};
    let credentials: KeyPair;
    try {
      const parts = { accessKeyId, secretAccessKey, sessionToken, expiration };
      credentials = option.check("credentials", keyPair, parts);
    } catch (thrown) {
      throw credentialsError(
        `the credentials function gave something unusable: ${(thrown as Error).message}`,
      );
    }
    note(credentials);
    return credentials;
  };
  return { get, redact };
}
