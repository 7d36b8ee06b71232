import {
  definePlugin,
  defineProvider,
  type Envelope,
  type Message,
  optionsSchema,
  type Plugin,
  type Provider,
} from "@relais/core/spi";
import type { z } from "zod";
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
  const holds = raw === undefined ? parts.filter((part) => part !== "").join(", ") : `${raw.length} bytes`;
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

type Zod = typeof z;

function developmentPlugin<Options extends DevelopmentOptions>(
  name: string,
  shape: (zod: Zod) => z.ZodRawShape,
  create: (options: Options, id: string | undefined) => Provider,
): Plugin<Options> {
  const schema = async () => {
    const { z: zod } = await import("zod");
    return { zod, schema: zod.strictObject({ allowProduction: zod.boolean(), ...shape(zod) }).partial() };
  };
  return definePlugin<Options>({
    name,
    options: optionsSchema<Options>(
      async () => (await schema()).schema,
      () => undefined,
    ),
    create: (options, { id }) => create(options, id),
    async jsonSchema() {
      const { zod, schema: made } = await schema();
      return zod.toJSONSchema(made, { io: "input" });
    },
  });
}

/** Plugins that come with this package: `use: log`, `use: capture`. */
export const developmentPlugins: Readonly<Record<string, Plugin>> = {
  log: developmentPlugin<LogOptions>("log", (zod) => ({ showText: zod.boolean() }), logProvider) as Plugin,
  capture: developmentPlugin<CaptureFolderOptions>(
    "capture",
    (zod) => ({ folder: zod.string().min(1), keep: zod.int().min(1).max(10_000) }),
    captureProvider,
  ) as Plugin,
};
