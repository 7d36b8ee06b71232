import {
  definePlugin,
  defineProvider,
  type Envelope,
  type Message,
  option,
  type Plugin,
  type Provider,
} from "@relais/core/spi";
import { mailFolder, standardFolder, standardMost } from "./mail-folder.ts";

/** What both take. */
export interface DevelopmentOptions {
  /** Whether it may be used where NODE_ENV is production: it accepts every mail and delivers none. @defaultValue false */
  readonly allowProduction?: boolean | undefined;
}

/** `use: log`: a line on standard error for each mail. */
export interface LogOptions extends DevelopmentOptions {
  /** Whether the text of the mail follows its line. @defaultValue false */
  readonly showText?: boolean | undefined;
}

/** `use: capture`: mails are kept in a folder, which `relais preview` shows. */
export interface CaptureFolderOptions extends DevelopmentOptions {
  /** Where, from the working folder of the process. @defaultValue `.relais/mail` */
  readonly folder?: string | undefined;
  /** How many mails are kept; the oldest are deleted. @defaultValue 200 */
  readonly keep?: number | undefined;
}

function checkProduction(name: string, { allowProduction = false }: DevelopmentOptions): void {
  if (allowProduction || process.env.NODE_ENV !== "production") return;
  throw new TypeError(
    `${name}: it delivers no mail and NODE_ENV is production; name another provider, or set allowProduction to true`,
  );
}

/** A mail on one line. */
function logLine({ from, subject, text, html, attachments, raw }: Message, { to }: Envelope): string {
  const files = attachments.map(({ filename }) => filename ?? "a file without a name");
  const parts = [text === undefined ? "" : "text", html === undefined ? "" : "HTML", ...files];
  const holds =
    raw === undefined
      ? parts.filter((part) => part !== "").join(", ")
      : `${raw.length} ${raw.length === 1 ? "byte" : "bytes"}`;
  return `mail ${JSON.stringify(subject)} from ${from.address} to ${to.join(", ")}: ${holds || "empty"}`;
}

/** What a terminal would take for a command is left out. */
const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, "");

function logProvider(options: LogOptions, id = "LOG"): Provider {
  checkProduction("log", options);
  return defineProvider({
    id,
    async send(message, { envelope }) {
      const body =
        options.showText === true && message.text ? `\n${message.text.replaceAll(/^/gm, "  ")}` : "";
      process.stderr.write(`${printable(`${logLine(message, envelope)}${body}`)}\n`);
      return { messageId: message.messageId || message.id };
    },
  });
}

function captureProvider(options: CaptureFolderOptions, id = "CAPTURE"): Provider {
  checkProduction("capture", options);
  const folder = mailFolder(options.folder ?? standardFolder, options.keep ?? standardMost);
  return defineProvider({
    id,
    async send(message, { envelope }) {
      const { compile } = await import("@relais/mime");
      const { bytes, messageId } = await compile(message);
      await folder.keep({ from: envelope.from, to: envelope.to, bytes });
      return { messageId: messageId || message.id };
    },
  });
}

const common = { allowProduction: option.flag };
const logFields: option.Field<LogOptions> = option.record({ ...common, showText: option.flag });
const captureFields: option.Field<CaptureFolderOptions> = option.record({
  ...common,
  folder: option.text,
  keep: option.whole(1, 10_000),
});

/** Plugins that come with this package: `use: log`, `use: capture`. */
export const developmentPlugins: Readonly<Record<string, Plugin>> = {
  log: definePlugin<LogOptions>({
    name: "log",
    ...option.forPlugin(logFields),
    create: (options, { id }) => logProvider(options, id),
  }) as Plugin,
  capture: definePlugin<CaptureFolderOptions>({
    name: "capture",
    ...option.forPlugin(captureFields),
    create: (options, { id }) => captureProvider(options, id),
  }) as Plugin,
};
