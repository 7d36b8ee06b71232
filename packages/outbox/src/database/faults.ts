/** Codes of PostgreSQL: no such schema, table, function, column; no right to it. */
const missing: ReadonlySet<unknown> = new Set(["3F000", "42P01", "42883", "42703"]);
const insufficientPrivilege = "42501";

/** An error of the driver: an ORM may have put it into one of its own. */
interface Fault {
  message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly original?: unknown;
}

/** @returns PostgreSQL's code of an error, or of the one that it was made of */
function pgCode(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, original, cause } = error as Fault;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : pgCode(original ?? cause);
}

/** Throws the error of a statement on the outbox's own tables with what can be done about it, in one sentence. */
export function withRemedy(text: string): (error: unknown) => never {
  return (error) => {
    const code = pgCode(error);
    if (/\brelais\./.test(text) && error instanceof Error && !error.message.includes("relais outbox")) {
      if (missing.has(code)) {
        error.message =
          "The outbox's tables are not there, or are of another version: run relais outbox migrate, or its SQL.";
      } else if (code === insufficientPrivilege) {
        const fault = /permission denied[^\n]*/.exec(error.message)?.[0] ?? "permission denied";
        error.message = `${fault}: relais outbox grants writes the SQL of the rights that its role needs.`;
      }
    }
    throw error;
  };
}

/** What an error of the driver says, its code before it, and what can be done about it. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/^ENOENT .*\bopen\b/, "fix the path of the file in its URL"],
  [
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOENT) |timeout exceeded when trying to connect/,
    "is it running there?",
  ],
  [/does not support SSL/, "leave out sslmode, or turn on TLS there"],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/,
    "trust its certificate by sslrootcert in its URL, or give it one for this name",
  ],
  [/no pg_hba\.conf entry/, "allow it in pg_hba.conf, or connect with sslmode=require"],
  [/^28(?:000|P01) |client password must be a/, "fix the user or the password"],
  [/^3D000 /, "make the database, or fix its name"],
  [/^25006 /, "it takes no changes: give the address of the primary"],
  [/^53[34]00 /, "it has no connection left: raise max_connections, or lower outbox.connections"],
  [/^(?:53100|ENOSPC) /, "its disk is full"],
];
const retryHint = "try again when it answers";

interface DatabaseFailure {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errors?: readonly DatabaseFailure[];
}

/** The last of the errors that an address with several ways to it had. */
function innermost(error: unknown): DatabaseFailure {
  const failure = (typeof error === "object" && error !== null ? error : {}) as DatabaseFailure;
  return failure.errors?.length ? innermost(failure.errors.at(-1)) : failure;
}

/**
 * What went wrong with a database, which one it is, and what can be done, in one sentence. Sentences of the outbox itself
 * say the last of these already.
 * @param what failed
 * @param name of the database
 */
export function databaseError(what: string, error: unknown, name: string): string {
  const { message, code = "" } = innermost(error);
  const text = typeof message === "string" && message !== "" ? message : String(code || "it failed");
  const line = text.replace(/\s+/g, " ").trim();
  if (line.endsWith(".")) return `${what}: ${line.slice(0, -1)} (${name}).`;
  const hint = hints.find(([fault]) => fault.test(`${code} ${line}`))?.[1];
  // PGlite is no server that could answer later.
  if (hint === undefined && name.startsWith("PGlite")) return `${what}: ${line} (${name}).`;
  return `${what}: ${line} (${name}); ${hint ?? retryHint}${hint?.endsWith("?") ? "" : "."}`;
}

/** The error with which an outbox does not open. The driver's, which knows no password, is its `cause`. */
export function cannotOpen(error: unknown, name: string): Error {
  return new Error(databaseError("The outbox cannot be opened", error, name), { cause: error });
}
