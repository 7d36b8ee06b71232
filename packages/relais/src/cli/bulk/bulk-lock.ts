import { processLock } from "@relais/core/spi";
import { InvalidJournal } from "./bulk-journal.ts";

/** Keeps a second process from the same journal. @throws {InvalidJournal} somebody has it, or there is no place for it */
export function lockJournal(path: string): () => void {
  let unlock: (() => void) | undefined;
  try {
    unlock = processLock(path);
  } catch {
    throw new InvalidJournal(`${path}.lock cannot be written: its folder must be there, and writable.`);
  }
  if (unlock === undefined) throw new InvalidJournal(`${path} is in use by another relais send --bulk.`);
  return unlock;
}
