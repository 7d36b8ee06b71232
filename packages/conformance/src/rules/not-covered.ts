/** Thrown by a rule that found nothing to judge: it must not pass for one that holds. */
export class NotCovered extends Error {
  override readonly name = "NotCovered";

  constructor(missing: string) {
    super(`not covered: ${missing}; provoke it, or give the reason in the harness's cannot`);
  }
}
