import { resolve } from "node:path";
import { InvalidMessage, type MessageInput } from "@relais/core";
import type { Shell } from "./shell.ts";

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

function headers(lines: readonly string[]): Record<string, string> {
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
    throw new InvalidMessage("standard input", "is not a message as JSON");
  }
}

/**
 * The message that flags describe, on top of one as JSON on standard input, if there are no flags of its own.
 * @throws {InvalidMessage} one sentence about a flag
 */
export async function messageFromFlags(flags: MessageFlags, shell: Shell): Promise<MessageInput> {
  const { attach, header, ...rest } = flags;
  const own = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const input = flags.to === undefined ? await shell.stdin() : undefined;
  const base = input === undefined || input.trim() === "" ? {} : fromJson(input);
  return {
    ...base,
    ...own,
    ...(attach === undefined
      ? {}
      : { attachments: attach.map((path) => ({ path: resolve(shell.cwd, path) })) }),
    ...(header === undefined ? {} : { headers: headers(header) }),
  };
}
