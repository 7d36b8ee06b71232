import { type FeedbackStore, isLoopback, option } from "@relais/core/spi";
import { receiveMail, receiveMailFields } from "../mail/receive-mail.ts";

export const loginFields = { user: option.required(option.text), pass: option.required(option.secret) };

/** Of a mailbox, as a file may hold them. */
export const mailboxFields = {
  /** The IMAP server's name or address. */
  host: option.required(option.text),
  /** @defaultValue 993, or 143 without `secure` */
  port: option.whole(1, 65_535),
  /** TLS from the first byte; without it STARTTLS, which must be offered unless the host is this machine. @defaultValue true */
  secure: option.flag,
  auth: option.required(option.record(loginFields)),
  /** The mailbox that bounces come to. @defaultValue INBOX */
  mailbox: option.text,
  /** A mailbox that mails are moved to when they are stored. @defaultValue none: they are marked as read */
  moveTo: option.text,
};

const fields = {
  ...receiveMailFields,
  ...mailboxFields,
  /** Where events go: `outbox.feedback`, or something of your own. */
  store: option.required(option.object<FeedbackStore>()),
};

export interface ReceiveFromImapOptions
  extends option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

/** What one round found. */
export interface ImapRound {
  /** Mails that had not been read. */
  readonly mails: number;
  /** Events in them. */
  readonly events: number;
}

/** More than a report has before the mail that came back. */
const maxBytes = 64 * 1024;

/**
 * Reads the mails of a mailbox that have not been read, and stores what they say; each is marked as read, or moved, after
 * its events are stored. Call it now and then. Needs the package `imapflow`.
 *
 * @throws if the mailbox cannot be read or an event not be stored: mails that were not stored are as they were
 */
export async function receiveFromImap(options: ReceiveFromImapOptions): Promise<ImapRound> {
  const checked = option.check("receiveFromImap", option.record(fields), options);
  const { host, auth, secure = true, mailbox = "INBOX", moveTo, store, ...others } = checked;
  const { port = secure ? 993 : 143, provider, verp, unsubscribe } = others;
  const { ImapFlow } = await import("imapflow");
  const needsTls = !secure && !isLoopback(host);
  const client = new ImapFlow({
    host,
    port,
    secure,
    auth,
    logger: false,
    ...(needsTls ? { doSTARTTLS: true } : {}),
  });
  // An error of the connection also rejects the call under way.
  client.on("error", () => undefined);
  await client.connect();
  let events = 0;
  try {
    const lock = await client.getMailboxLock(mailbox);
    try {
      const unread = (await client.search({ seen: false }, { uid: true })) || [];
      for (const uid of unread) {
        const range = String(uid);
        const found = await client.fetchOne(range, { source: { maxLength: maxBytes } }, { uid: true });
        // Somebody else has moved it meanwhile.
        if (!found || found.source === undefined) continue;
        const reception = await receiveMail(found.source, { provider, verp, unsubscribe });
        if (reception.events.length > 0) await store.record(reception.events);
        events += reception.events.length;
        await client.messageFlagsAdd(range, ["\\Seen"], { uid: true });
        if (moveTo !== undefined) await client.messageMove(range, moveTo, { uid: true });
      }
      return { mails: unread.length, events };
    } finally {
      lock.release();
    }
  } finally {
    await client.logout().catch(() => client.close());
  }
}
