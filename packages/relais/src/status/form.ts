import type { IncomingMessage } from "node:http";

/** A body that is longer than any form of ours. */
export class FormTooLong extends Error {}

const mostBytes = 2_000;

/**
 * The fields of a form, of which no more is read than fits.
 * @param goOn tells whoever waits for it (`Expect: 100-continue`) to send the body
 * @throws {FormTooLong} as soon as that is known, by its length before anything is read
 */
export async function formOf(request: IncomingMessage, goOn: () => void): Promise<URLSearchParams> {
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw new FormTooLong();
  goOn();
  const pieces: Buffer[] = [];
  let bytes = 0;
  // Not `for await`: leaving it would destroy the connection, on which the answer is still to go.
  await new Promise<void>((resolve, reject) => {
    request.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= mostBytes) pieces.push(piece);
      else {
        request.pause().removeAllListeners("data");
        reject(new FormTooLong());
      }
    });
    request
      .once("end", resolve)
      .once("error", reject)
      .once("close", () => reject(new Error("it ended early")));
  });
  return new URLSearchParams(Buffer.concat(pieces).toString());
}
