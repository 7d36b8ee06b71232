import type { MailReception, ReceiveMailOptions } from "@relais/feedback";
import { unsubscribeFromEnv, verpFromEnv } from "../../environment/secrets-from-env.ts";
import { ConfigurationError, settingsReader } from "../../environment/settings-reader.ts";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";
import { type OutboxFlags, withConfigFlags, withDatabaseFlags } from "../flags.ts";

const help = `
Reads one mail from standard input: a bounce, a complaint, or a mail that unsubscribes. In /etc/aliases of Postfix:
  bounces: "|relais feedback receive --config /etc/relais/relais.config.yaml"

Variables: RELAIS_BOUNCE_ADDRESS and RELAIS_BOUNCE_SECRET, as in the option verp of smtp (several secrets with commas
between): only reports with a token are believed. RELAIS_UNSUBSCRIBE_SECRET: mails that unsubscribe are believed.

Exit codes (sysexits.h): 0 stored, or a mail that tells nothing · 75 not stored, the mail server shall try again: the
configuration is wrong, or the database is away`;

/** `relais feedback …` */
export const feedbackCommand: AddCommand = (program, context, action) => {
  const feedback = program
    .command("feedback")
    .description("take in what became of mails after they were sent");
  withConfigFlags(withDatabaseFlags(feedback.command("receive").description("read a mail that came back")))
    .option("--provider <id>", "the link in the chain whose mails it is about (default: SMTP)")
    .option("--allow-unsigned", "believe reports without a token, too")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(action((flags: ReceiveFlags) => receive(flags, context)));
};

interface ReceiveFlags extends OutboxFlags {
  readonly provider?: string;
  readonly allowUnsigned?: boolean;
}

/** @throws {ConfigurationError} what is wrong with the variables */
function receiveOptions({ provider, allowUnsigned }: ReceiveFlags, context: CliContext): ReceiveMailOptions {
  const read = settingsReader(context.env);
  const verp = verpFromEnv(read);
  const unsubscribe = unsubscribeFromEnv(read);
  if (read.problems.length > 0) throw new ConfigurationError(read.problems);
  return {
    provider,
    unsubscribe,
    ...(verp && { verp: { ...verp, allowUnsigned } }),
  };
}

async function store({ events }: MailReception, flags: ReceiveFlags, context: CliContext): Promise<ExitCode> {
  const { openOutbox, outboxKit } = await import("../outbox/open-outbox.ts");
  const { outbox } = await openOutbox(flags, context, { migrate: false, mustExist: true });
  try {
    const result = await outbox.feedback.record(events);
    if (flags.json) context.out(JSON.stringify({ events, ...result }));
    else
      context.out(
        `${result.stored} stored, ${result.repeated} known, ${result.early} early, ${result.foreign} not ours.`,
      );
    return exitCodes.ok;
  } catch (error) {
    const { databaseError } = await outboxKit();
    const problem = databaseError("Storing what the mail says failed", error, outbox.database.name);
    return printProblems(context, flags, [problem], exitCodes.tryAgain);
  } finally {
    await outbox.close().catch(() => undefined);
  }
}

/** Whatever goes wrong, the mail server keeps the mail: any other code makes it send a bounce of a bounce. */
async function receive(flags: ReceiveFlags, context: CliContext): Promise<ExitCode> {
  try {
    const mail = await context.stdin();
    if (mail === undefined)
      return printProblems(context, flags, ["There is no mail: it is read from standard input."]);
    const { feedbackKit } = await import("../../config/load-feedback.ts");
    const { receiveMail } = await feedbackKit();
    const reception = await receiveMail(mail, receiveOptions(flags, context));
    if (reception.events.length > 0) return await store(reception, flags, context);
    if (flags.json) context.out(JSON.stringify(reception));
    else context.out(`Nothing to store: ${reception.notice}.`);
    return exitCodes.ok;
  } catch (error) {
    const problems = error instanceof ConfigurationError ? error.problems : [`${(error as Error).message}.`];
    return printProblems(context, flags, problems, exitCodes.tryAgain);
  }
}
