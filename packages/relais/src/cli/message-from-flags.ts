import { resolve } from "node:path";
import { InvalidMessage, type MessageInput } from "@relais/core";

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

/** Header lines as headers. @throws {InvalidMessage} one is not `NAME: VALUE` */
export function headerLines(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      if (colon <= 0) throw new InvalidMessage("--header", "must be written as NAME: VALUE");
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

function fromJson(text: string): MessageInput {
  try {
    return JSON.parse(text) as MessageInput;
  } catch {
    throw new InvalidMessage("standard input", "is neither a message as JSON nor a mail (RFC 5322)");
  }
}

/**
 * The message that flags describe, on top of one as JSON, if there is one.
 * @throws {InvalidMessage} one sentence about a flag
 */
export function messageFromFlags(flags: MessageFlags, input: string, cwd: string): MessageInput {
  const { attach, header, ...rest } = flags;
  const own = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...(input.trim() === "" ? {} : fromJson(input)),
    ...own,
    ...(attach === undefined ? {} : { attachments: attach.map((path) => ({ path: resolve(cwd, path) })) }),
    ...(header === undefined ? {} : { headers: headerLines(header) }),
  };
}
