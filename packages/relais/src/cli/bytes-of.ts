import { InvalidMessage, type Message } from "@relais/core";
import { compile } from "@relais/mime";

/** A message as it would go over the wire. @throws {InvalidMessage} a header is too long for the wire */
export async function bytesOf(message: Message): Promise<string> {
  try {
    return (await compile(message)).bytes.toString();
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidMessage("headers", error.message);
    throw error;
  }
}
