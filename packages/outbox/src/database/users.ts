import type { Database } from "./database.ts";

type End = () => Promise<unknown>;
const users = new WeakMap<Database, Set<End>>();

/** Somebody works with a database: before it closes, `end` is called and waited for. @returns what takes that back */
export function use(database: Database, end: End): () => void {
  const ends = users.get(database) ?? new Set();
  users.set(database, ends.add(end));
  return () => void ends.delete(end);
}

/** Tells all who work with a database that it closes, and waits until they have ended. */
export async function endUsers(database: Database): Promise<void> {
  await Promise.allSettled([...(users.get(database) ?? [])].map((end) => end()));
}
