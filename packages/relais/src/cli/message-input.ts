import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createMessage, InvalidMessage, type Message, type MessageInput } from "@relais/core";
import { compile } from "@relais/mime";
import { decodeText } from "../environment/setting-text.ts";
import type { CliContext } from "./cli-context.ts";

/** A message on the command line. */
export interface MessageFlags {
  readonly from?: string;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly replyTo?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly attach?: readonly string[];
  readonly header?: readonly string[];
  readonly id?: string;
}

/** Bodies that are read from files. */
export interface BodyFileFlags {
  readonly textFile?: string;
  readonly htmlFile?: string;
}

/** Files may be attached here: the user of the command can read them anyway. */
export const messageLimits = { allowFiles: true } as const;

/**
 * The message of `--eml`, of standard input (JSON or a whole mail), or of flags alone.
 * @param defaultFrom the sender if it names none
 * @throws {InvalidMessage} one sentence about a flag or a field
 */
export async function readMessage(
  { eml, ...flags }: MessageFlags & BodyFileFlags & { readonly eml?: string },
  { cwd, stdin }: CliContext,
  defaultFrom: string | undefined,
): Promise<Message> {
  const message = await withBodyFiles(flags, cwd);
  if (eml !== undefined)
    return wholeMail(await readFlagFile("--eml", eml, cwd), message, "--eml", defaultFrom);
  // Standard input is not read where flags say what the message is.
  const { to, subject, text, html } = message;
  const isComplete = to !== undefined && [subject, text, html].some((value) => value !== undefined);
  const input = isComplete ? undefined : await stdin();
  if (input !== undefined && looksLikeMail(input))
    return wholeMail(input, message, "standard input", defaultFrom);
  return createMessage(withFlags(message, input?.toString() ?? "", cwd), {
    limits: messageLimits,
    defaultFrom,
  });
}

/** The flags with what `--text-file` and `--html-file` hold. @throws {InvalidMessage} one cannot be read */
export async function withBodyFiles<T extends MessageFlags & BodyFileFlags>(
  { textFile, htmlFile, ...rest }: T,
  cwd: string,
): Promise<Omit<T, keyof BodyFileFlags>> {
  return {
    ...rest,
    ...(textFile !== undefined && { text: decodeText(await readFlagFile("--text-file", textFile, cwd)) }),
    ...(htmlFile !== undefined && { html: decodeText(await readFlagFile("--html-file", htmlFile, cwd)) }),
  };
}

/** Header lines as headers. @throws {InvalidMessage} one is not `NAME: VALUE` */
export function headersFromLines(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      if (colon <= 0) throw new InvalidMessage("--header", "must be written as NAME: VALUE");
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

/** A message as it would be sent. @throws {InvalidMessage} a header is too long for the wire */
export async function compiledText(message: Message): Promise<string> {
  try {
    return (await compile(message)).bytes.toString();
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidMessage("headers", error.message);
    throw error;
  }
}

function readFlagFile(flag: string, path: string, cwd: string): Promise<Buffer> {
  return readFile(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidMessage(flag, `${JSON.stringify(path)} cannot be read: ${error.code}`);
  });
}

/** The message that flags describe, on top of one as JSON, if there is one. */
function withFlags({ attach, header, ...flags }: MessageFlags, json: string, cwd: string): MessageInput {
  const fields = Object.entries(flags).filter(([, value]) => value !== undefined);
  return {
    ...(json.trim() !== "" && parseMessage(json)),
    ...Object.fromEntries(fields),
    ...(attach && { attachments: attach.map((path) => ({ path: resolve(cwd, path) })) }),
    ...(header && { headers: headersFromLines(header) }),
  } as MessageInput;
}

function parseMessage(json: string): MessageInput {
  try {
    return JSON.parse(json) as MessageInput;
  } catch {
    throw new InvalidMessage("standard input", "is neither a message as JSON nor a mail (RFC 5322)");
  }
}

/** What may come before a mail, and is cut: a byte order mark, blank lines, the line of an mbox file. */
const beforeMail = /^(?:\u00ef\u00bb\u00bf|[ \t]*[\r\n]+|>?From [ \t]*[^: \t][^\r\n]*[\r\n]+)+/;
const fieldLine = /^(?!\{)[!-9;-~]+[ \t]*:/;

/** Whether bytes are a message of RFC 5322, rather than JSON. */
function looksLikeMail(bytes: Buffer): boolean {
  return fieldLine.test(bytes.toString("latin1", 0, 10_000).replace(beforeMail, ""));
}

/** Flags for what a whole mail has already. */
const contentFlags = ["subject", "text", "html", "reply-to", "attach", "header", "id"] as const;

/**
 * A whole mail, as a `.eml` file has it: its bytes are sent as they are, but for Bcc. `--to`, `--cc` and `--bcc` say whom
 * it goes to instead of its own fields, `--from` who the envelope's sender is.
 * @param source where it comes from, for the sentence about what is no mail: `--eml`
 */
async function wholeMail(
  bytes: Buffer,
  flags: MessageFlags,
  source: string,
  defaultFrom: string | undefined,
): Promise<Message> {
  for (const flag of contentFlags) {
    if (flags[flag === "reply-to" ? "replyTo" : flag] !== undefined)
      throw new InvalidMessage(`--${flag}`, "cannot be given with a whole mail, which is sent as it is");
  }
  const { from, to, cc, bcc } = flags;
  try {
    return await createMessage({ raw: bytes, from, to, cc, bcc }, { limits: messageLimits, defaultFrom });
  } catch (error) {
    const aboutRaw =
      error instanceof InvalidMessage ? /^raw(?:\.content)?: (.*)$/s.exec(error.message) : null;
    throw aboutRaw?.[1] === undefined ? error : new InvalidMessage(source, aboutRaw[1]);
  }
}
