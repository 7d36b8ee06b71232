import { buffer } from "node:stream/consumers";
import DKIM from "nodemailer/lib/dkim";
import type { DkimSettings } from "./settings.ts";

/** The bytes with a DKIM-Signature on top (RFC 6376). Rejects with code `EDKIM` if they cannot be signed. */
export type Sign = (bytes: Buffer) => Promise<Buffer>;

/** Signs with these settings; each buffer once, however often it is asked for. */
export function sign(settings: DkimSettings): Sign {
  const dkim = new DKIM({ ...settings });
  const signed = new WeakMap<Buffer, Promise<Buffer>>();
  const make = async (bytes: Buffer): Promise<Buffer> => {
    const made = await buffer(dkim.sign(bytes));
    // Where signing fails nodemailer passes the message on as it is.
    if (!made.subarray(0, 15).equals(Buffer.from("DKIM-Signature:"))) {
      throw Object.assign(new Error("the message could not be signed"), { code: "EDKIM" });
    }
    return made;
  };
  return (bytes) => {
    const known = signed.get(bytes);
    if (known !== undefined) return known;
    const made = make(bytes);
    signed.set(bytes, made);
    made.catch(() => signed.delete(bytes));
    return made;
  };
}
