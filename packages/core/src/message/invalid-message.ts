/** A message that may not go out, thrown by `createMessage`. A chain turns it into a `rejected` failure. */
export class InvalidMessage extends Error {
  override readonly name = "InvalidMessage";
  /** Where the fault is: `to[1]`, `headers.X-Campaign`. */
  readonly field: string;

  /** @param fault what is wrong with the value, as the end of a sentence that begins with the field */
  constructor(field: string, fault: string) {
    super(`${field}: ${fault}`);
    this.field = field;
  }
}
