import { type OptionsSchema, option } from "@relais/core/spi";
import { mailboxFields } from "./imap/receive-from-imap.ts";
import { receiveMailFields } from "./mail/receive-mail.ts";
import { commonFields } from "./receiver/authentic.ts";
import type { FeedbackReceiver } from "./receiver/receiver.ts";
import { brevoFields, brevoReceiver } from "./sources/brevo.ts";
import { mailgunFields, mailgunReceiver } from "./sources/mailgun.ts";
import { postmarkFields, postmarkReceiver } from "./sources/postmark.ts";
import { resendFields, resendReceiver } from "./sources/resend.ts";
import { sendgridFields, sendgridReceiver } from "./sources/sendgrid.ts";
import { snsFields, snsReceiver } from "./sources/sns.ts";
import { queueFields } from "./sqs-poller.ts";

/** Options as a configuration file holds them: how they are checked, and their JSON Schema. */
export interface OptionsInFile {
  readonly options: OptionsSchema<unknown>;
  jsonSchema(): unknown;
}

/** A receiver as a configuration file names it. */
export interface ReceiverInFile extends OptionsInFile {
  create(options: unknown): FeedbackReceiver;
}

const checked = (fields: option.Fields): OptionsInFile => option.forPlugin(option.record(fields));
const receiver = (fields: option.Fields, create: (options: never) => FeedbackReceiver): ReceiverInFile => ({
  ...checked({ ...commonFields, ...fields }),
  create: create as (options: unknown) => FeedbackReceiver,
});

/** The receivers that a configuration file can name. */
export const receiversInFile: Readonly<Record<string, ReceiverInFile>> = {
  sns: receiver(snsFields, snsReceiver),
  sendgrid: receiver(sendgridFields, sendgridReceiver),
  mailgun: receiver(mailgunFields, mailgunReceiver),
  postmark: receiver(postmarkFields, postmarkReceiver),
  resend: receiver(resendFields, resendReceiver),
  brevo: receiver(brevoFields, brevoReceiver),
};

/** Options of `sqsPoller` that a file can hold. */
export const queueInFile: OptionsInFile = checked({ ...commonFields, ...queueFields });

/** Options of `receiveFromImap` that a file can hold. */
export const mailboxInFile: OptionsInFile = checked({
  provider: receiveMailFields.provider,
  verp: receiveMailFields.verp,
  ...mailboxFields,
});
