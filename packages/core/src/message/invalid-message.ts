import { reason } from "../runtime/sanitize.ts";

/** A message that may not go out, thrown by `createMessage`. A chain turns it into a `rejected` failure. */
export class InvalidMessage extends Error {
  override readonly name = "InvalidMessage";
  /** Where the fault is: `to[1]`, `headers.X-Campaign`. */
  readonly field: string;

  /** @param fault what is wrong with the value, as the end of a sentence that begins with the field */
  constructor(field: string, fault: string) {
    // A field's name may come from outside, too: a key of an object.
    const where = reason(field, 120) || '""';
    super(`${where}: ${fault}`);
    this.field = where;
  }
}
