import { createMessage, InvalidMessage, type Message } from "@relais/core";
import type { MessageFlags } from "./message-from-flags.ts";

const limits = { allowFiles: true };
/** What may stand before a mail, and is cut: a byte order mark, blank lines, the line of an mbox file. */
const before = /^(?:\u00ef\u00bb\u00bf|[ \t]*[\r\n]+|>?From [ \t]*[^: \t][^\r\n]*[\r\n]+)+/;
const fieldLine = /^(?!\{)[!-9;-~]+[ \t]*:/;

/** Whether bytes are a message of RFC 5322, rather than JSON. */
export function looksLikeMail(bytes: Buffer): boolean {
  return fieldLine.test(bytes.toString("latin1", 0, 10_000).replace(before, ""));
}

/** What a whole mail has of its own; left out of sight, such a flag would be lost without a word. */
const ofItsOwn = {
  subject: "--subject",
  text: "--text",
  html: "--html",
  replyTo: "--reply-to",
  attach: "--attach",
  header: "--header",
  id: "--id",
} as const;

function refuseOthers(flags: MessageFlags): void {
  for (const [name, flag] of Object.entries(ofItsOwn)) {
    if (flags[name as keyof typeof ofItsOwn] === undefined) continue;
    throw new InvalidMessage(flag, "cannot be given with a whole mail, which is sent as it is");
  }
}

/**
 * A whole mail, as it would lie in a `.eml` file: its bytes are sent as they are, but for Bcc. `--to`, `--cc` and
 * `--bcc` say whom it goes to instead of its own fields, `--from` who the envelope's sender is.
 * @param source where it comes from, for the sentence about what is no mail: `--eml`
 * @throws {InvalidMessage} one sentence about a field
 */
export async function messageFromEml(
  bytes: Buffer,
  flags: MessageFlags,
  source: string,
  defaultFrom: string | undefined,
): Promise<Message> {
  refuseOthers(flags);
  const { from, to, cc, bcc } = flags;
  try {
    return await createMessage({ raw: bytes, from, to, cc, bcc }, { limits, defaultFrom });
  } catch (error) {
    const inRaw = error instanceof InvalidMessage ? /^raw(?:\.content)?: (.*)$/s.exec(error.message) : null;
    throw inRaw?.[1] === undefined ? error : new InvalidMessage(source, inRaw[1]);
  }
}
