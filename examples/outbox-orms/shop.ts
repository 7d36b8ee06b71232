/** Places orders, each with its mail, in a transaction of one library. */
export interface Shop {
  readonly name: string;
  /**
   * Stores an order and enqueues its mail. Resolves with the mail's id.
   * @throws {Error} if `item` is `"nothing"`, after both were written: both are rolled back
   */
  order(item: string): Promise<string>;
  close(): Promise<void>;
}

/** Every shop calls this at the end of its transaction. */
export function checkStock(item: string): void {
  if (item === "nothing") throw new Error("there is none left");
}

/** The mail of an order. */
export const mailOf = (item: string) => ({
  to: "ann@example.net",
  subject: `Your ${item}`,
  text: `Your ${item} is on its way.\n`,
});
