import { processLock } from "@relais/core/spi";
import { InvalidJournal } from "./bulk-journal.ts";

/** Keeps a second process from the same journal. @throws {InvalidJournal} somebody has it */
export function lockJournal(path: string): () => void {
  const unlock = processLock(path);
  if (unlock === undefined) throw new InvalidJournal(`${path} is in use by another relais send --bulk.`);
  return unlock;
}
