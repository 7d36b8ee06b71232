/** Codes of PostgreSQL and of Node.js, and what whoever runs a command can do about them. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOENT)$/,
    "is it running there?",
  ],
  [
    /^(?:42P01|3F000|42703|42883)$/,
    "the outbox's tables are missing or of another version: relais outbox migrate",
  ],
  [
    /^42501$/,
    "grant the role usage on the schema relais, and select, insert, update and delete on its tables",
  ],
  [/^25006$/, "it takes no changes: give the address of the primary"],
  [/^53[34]00$/, "it has no connection left: raise max_connections, or lower outbox.connections"],
  [/^(?:53100|ENOSPC)$/, "its disk is full"],
  [/^28(?:000|P01)$/, "mend the user or the password"],
  [/^3D000$/, "make the database, or mend its name"],
];
const again = "run the command again when it answers";

interface Fault {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errors?: readonly Fault[];
}

/** Of an address with several ways to it the last one speaks. */
function innermost(error: unknown): Fault {
  const fault = (typeof error === "object" && error !== null ? error : {}) as Fault;
  return fault.errors?.length ? innermost(fault.errors.at(-1)) : fault;
}

/** Which database it is, never with the password of its URL. */
export function placeOf(database: string | undefined, folder: string): string {
  if (database === undefined) return `PGlite in ${folder}`;
  if (!URL.canParse(database)) return "Postgres";
  const { hostname, port, pathname, searchParams } = new URL(database);
  const host = searchParams.get("host") ?? (hostname === "" ? "localhost" : hostname);
  return `Postgres at ${host}:${port === "" ? (searchParams.get("port") ?? 5432) : port}${pathname}`;
}

/**
 * What went wrong with a database, which one it is, and what can be done, in one sentence. What the outbox itself says
 * has the last of these already.
 * @param what failed
 * @param where it is, see `placeOf`
 */
export function databaseFault(what: string, error: unknown, where: string): string {
  const { message, code = "" } = innermost(error);
  const words = typeof message === "string" && message !== "" ? message : String(code || "it failed");
  const line = words.replace(/\s+/g, " ").trim();
  if (line.endsWith(".")) return `${what}: ${line.slice(0, -1)} (${where}).`;
  const hint = hints.find(([codes]) => codes.test(String(code)))?.[1] ?? again;
  return `${what}: ${line} (${where}); ${hint}${hint.endsWith("?") ? "" : "."}`;
}
