import { resolve } from "node:path";
import type { MailFolder } from "../../development/mail-folder.ts";
import { ConfigurationError } from "../../environment/settings-reader.ts";
import { type AddCommand, type CliContext, type ExitCode, exitCodes } from "../cli-context.ts";
import { hostName, wholeNumber } from "../flags.ts";
import type { SiteFlags } from "../site-flags.ts";

const help = `
The page lists the mails of a folder, newest first: HTML, text, source, headers, attachments, and what breaks in readers.
Mails come there from any application that sends by SMTP to the port that is printed, with any user and password or none
(npm install -D @relais/conformance), and from chains with "use: capture" that run in the same folder. Nothing is delivered.

The page is for this machine; --host opens it to others, who see it when they have logged in with RELAIS_STATUS_TOKEN of
the environment. The SMTP port is on 127.0.0.1 always.

Examples:
  relais preview
  relais preview --port 0 --smtp-port 1025 --folder /tmp/mail`;

interface PreviewFlags extends SiteFlags {
  readonly smtpPort?: number;
  /** False with `--no-smtp`. */
  readonly smtp: boolean;
  readonly folder?: string;
  readonly keep?: number;
  readonly json?: boolean;
}

/** `relais preview` */
export const previewCommand: AddCommand = (program, context, action) => {
  const port = wholeNumber(0, 65_535);
  program
    .command("preview")
    .description("show the mails that an application sends, on a page of this machine")
    .option("--port <port>", "where the page is (default: 8738)", port)
    .option("--smtp-port <port>", "where applications send by SMTP (default: 2525)", port)
    .option("--no-smtp", "show the folder alone")
    .option("--folder <folder>", "where mails are kept (default: .relais/mail)")
    .option("--keep <n>", "how many mails are kept (default: 200)", wholeNumber(1, 10_000))
    .option("--host <address>", "the address to listen on (default: 127.0.0.1)")
    .option("--allowed-host <name...>", "names by which others reach the page, as a proxy's", hostName)
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(action((flags: PreviewFlags) => preview(flags, context)));
};

const pagePort = 8738;
const smtpPort = 2525;
const mostMailBytes = 50_000_000;

interface SmtpPort {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

async function preview(flags: PreviewFlags, context: CliContext): Promise<ExitCode> {
  const { checkToken, localhost, portError, tokenIn } = await import("../site-flags.ts");
  checkToken(flags, context);
  const { mailFolder, standardFolder } = await import("../../development/mail-folder.ts");
  const { previewServer } = await import("../../preview/preview-server.ts");
  const { workerSignals } = await import("../signals.ts");
  const { host = localhost, allowedHost, port = pagePort } = flags;
  const folder = mailFolder(resolve(context.cwd, flags.folder ?? standardFolder), flags.keep);
  const signals = workerSignals();
  try {
    const smtp = flags.smtp ? await openSmtp(flags, folder, context) : undefined;
    const address = { host, allowedHosts: allowedHost, port, token: tokenIn(context) };
    const page = await previewServer({ folder, smtp, ...address }).catch(async (error: unknown) => {
      await smtp?.close();
      throw portError(error, host, port);
    });
    if (flags.json)
      context.out(JSON.stringify({ url: page.url, smtp: smtp && { host: smtp.host, port: smtp.port } }));
    else {
      context.out(`The preview is at ${page.url}`);
      if (smtp !== undefined) context.out(`\nSMTP_HOST=${smtp.host}\nSMTP_PORT=${smtp.port}`);
    }
    await signals.stopped;
    await smtp?.close();
    await page.close();
    return exitCodes.ok;
  } finally {
    signals.off();
  }
}

/** A port that accepts every mail, and keeps it. `undefined` if the server is not installed. */
async function openSmtp(
  flags: PreviewFlags,
  folder: MailFolder,
  { err }: CliContext,
): Promise<SmtpPort | undefined> {
  const kit = await import("@relais/conformance").catch(() => undefined);
  if (kit === undefined) {
    if (flags.smtpPort !== undefined)
      throw new ConfigurationError(["The SMTP port is not installed: npm install -D @relais/conformance"]);
    err("There is no SMTP port: npm install -D @relais/conformance");
    return undefined;
  }
  const { portError } = await import("../site-flags.ts");
  const { smtpPort: port = smtpPort } = flags;
  try {
    const server = await kit.smtpServer({
      port,
      name: "relais-preview",
      size: mostMailBytes,
      smtpUtf8: true,
      dsn: true,
      auth: { anyone: true },
      onMail: ({ from, to, data: bytes }) => {
        folder.keep({ from, to, bytes }).catch((error: NodeJS.ErrnoException) => {
          err(`A mail could not be kept in ${folder.path}: ${error.code ?? "it failed"}`);
        });
        // It keeps everything, for tests.
        setImmediate(() => server.reset());
      },
    });
    return server;
  } catch (error) {
    throw portError(error, "127.0.0.1", port);
  }
}
