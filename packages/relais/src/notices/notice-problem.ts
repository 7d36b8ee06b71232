/** Why a notice could not be given, in words that hold no secret. What others throw may hold one, and is not shown. */
export class NoticeProblem extends Error {
  override readonly name = "NoticeProblem";
}

/** What may be said of anything thrown. */
export function problemOf(error: unknown): string {
  if (error instanceof NoticeProblem) return error.message;
  return `notify threw ${error instanceof Error ? error.name : typeof error}`;
}
