/** Why an attempt's signal aborted, if its own time was over rather than the caller's or the delivery's. */
export class AttemptTimeout extends Error {
  override readonly name = "AttemptTimeout";

  /** @param ms how long the attempt was given */
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}
