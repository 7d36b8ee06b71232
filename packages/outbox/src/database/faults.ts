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
