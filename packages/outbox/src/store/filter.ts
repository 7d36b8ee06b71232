import { type State, states } from "./states.ts";

/** Which messages: those that fit all that is given. */
export interface MessageFilter {
  readonly ids?: readonly string[] | undefined;
  readonly state?: State | readonly State[] | undefined;
  readonly tenant?: string | undefined;
  /** A recipient's address. */
  readonly recipient?: string | undefined;
  readonly provider?: string | undefined;
  /** Created at or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Ended (or changed last) at least this long ago, ms. */
  readonly olderThanMs?: number | undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @throws {TypeError} it is no id of the outbox */
export function checkId(id: unknown): string {
  if (typeof id !== "string" || !uuid.test(id)) throw new TypeError("id must be a UUID, as enqueue gave it");
  return id;
}

function word(field: string, value: unknown): string {
  if (typeof value !== "string" || value.includes("\0"))
    throw new TypeError(`${field} must be a text without NUL`);
  return value;
}

/** In UTC: how the driver writes a date depends on how the application has set it. */
function stamp(field: string, value: unknown): string {
  if (!(value instanceof Date) || Number.isNaN(value.getTime()))
    throw new TypeError(`${field} must be a date`);
  return value.toISOString();
}

/** A filter as SQL over `relais.message m`, its values appended to `values`. @throws {TypeError} one sentence */
export function whereSql(filter: MessageFilter, values: unknown[]): string {
  const parts: string[] = ["true"];
  const add = (sql: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  const { ids, state, tenant, recipient, provider, from, to, olderThanMs } = filter;
  if (ids !== undefined) add((p) => `m.id = any(${p}::uuid[])`, ids.map(checkId));
  if (state !== undefined) {
    const wanted: readonly State[] = typeof state === "string" ? [state] : state;
    const wrong = wanted.find((one) => !states.includes(one));
    if (wrong !== undefined) {
      throw new TypeError(`state must be one of ${states.join(", ")}, not ${JSON.stringify(wrong)}`);
    }
    add((p) => `m.state = any(${p}::text[])`, wanted);
  }
  if (tenant !== undefined) add((p) => `m.tenant = ${p}`, word("tenant", tenant));
  if (recipient !== undefined) {
    add((p) => `lower(${p}) = any(lower(m.recipients::text)::text[])`, word("recipient", recipient));
  }
  if (provider !== undefined) add((p) => `m.provider = ${p}`, word("provider", provider));
  if (from !== undefined) add((p) => `m.created_at >= ${p}::timestamptz`, stamp("from", from));
  if (to !== undefined) add((p) => `m.created_at < ${p}::timestamptz`, stamp("to", to));
  if (olderThanMs !== undefined) {
    add((p) => `m.updated_at < now() - ${p}::float8 * interval '1 millisecond'`, olderThanMs);
  }
  return parts.join(" and ");
}
