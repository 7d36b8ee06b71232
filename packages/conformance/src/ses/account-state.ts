import { randomUUID } from "node:crypto";
import { type AcceptedEmail, accountWithDefaults, type SesAccount, type SesQuota } from "./account.ts";
import { refuse, responseXml, type SesAnswer, type SesError } from "./answer.ts";
import { type OutgoingEmail, outgoingEmail } from "./outgoing-email.ts";
import { answerQuery } from "./queries.ts";

/** The account and what it accepted. */
export interface AccountState {
  readonly account: SesAccount;
  readonly accepted: readonly AcceptedEmail[];
  configure(changes: Partial<SesAccount>): void;
  /** The time on the server's clock, in milliseconds. */
  now(): number;
  /** Does what a well signed request asks for. */
  act(action: string, parameters: ReadonlyMap<string, string>): SesAnswer;
  /** Forgets the accepted mails, and that they were sent. */
  reset(): void;
}

export function accountState(options: Partial<SesAccount>): AccountState {
  const accepted: AcceptedEmail[] = [];
  const rate = sendRate();
  let settings = options;
  let account = accountWithDefaults(settings);
  let sent = 0;

  const reported = (): SesAccount => ({
    ...account,
    quota: { ...account.quota, sentLast24Hours: account.quota.sentLast24Hours + sent },
  });
  const now = (): number => Date.now() + account.clockSkewMs;

  const send = (action: string, parameters: ReadonlyMap<string, string>): SesAnswer => {
    const email = outgoingEmail(action, parameters);
    const count = email.destinations.length;
    const error = checkEmail(email, account) ?? rate.check(reported().quota, count, now());
    if (error !== undefined) return { error };
    rate.note(count, now());
    sent += count;
    const { source, destinations, raw, tags, configurationSetName } = email;
    const messageId = sesMessageId(account.region, now());
    const set = configurationSetName === undefined ? {} : { configurationSetName };
    accepted.push({ messageId, source, destinations, raw, tags, ...set, at: new Date(now()) });
    return { xml: responseXml(action, `<MessageId>${messageId}</MessageId>`), messageId };
  };

  return {
    get account() {
      return reported();
    },
    accepted,
    configure: (changes) => {
      settings = { ...settings, ...changes };
      account = accountWithDefaults(settings);
      if (changes.quota !== undefined) sent = 0;
    },
    now,
    act: (action, parameters) => {
      if (action === "SendRawEmail" || action === "SendEmail") return send(action, parameters);
      return answerQuery(action, parameters, reported());
    },
    reset: () => {
      accepted.length = 0;
      sent = 0;
      rate.reset();
    },
  };
}

/** A message id in the form SES gives: `0102…-…-000000`, its time in milliseconds first. */
function sesMessageId(region: string, now: number): string {
  const prefix = region === "us-east-1" ? "0100" : "0102";
  return `${prefix}${now.toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
}

const SECOND_MS = 1_000;

/** Counts recipients against a quota's daily limit and its rate. */
interface SendRate {
  /** What SES answers to that many recipients now; undefined when they may go. */
  check(quota: SesQuota, recipients: number, now: number): SesError | undefined;
  /** They were accepted. */
  note(recipients: number, now: number): void;
  reset(): void;
}

function sendRate(): SendRate {
  let recent: { readonly at: number; readonly recipients: number }[] = [];
  return {
    check: (quota, recipients, now) => {
      if (quota.max24HourSend >= 0 && quota.sentLast24Hours + recipients > quota.max24HourSend) {
        return refuse("Throttling", "Daily message quota exceeded.").error;
      }
      recent = recent.filter(({ at }) => now - at < SECOND_MS);
      const sum = recent.reduce((total, each) => total + each.recipients, 0);
      if (sum === 0 || sum + recipients <= quota.maxSendRate) return undefined;
      return refuse("Throttling", "Maximum sending rate exceeded.").error;
    },
    note: (recipients, now) => {
      recent.push({ at: now, recipients });
    },
    reset: () => {
      recent = [];
    },
  };
}

const MOST_BYTES = 10_485_760;
const MOST_RECIPIENTS = 50;
const SIMULATOR = "simulator.amazonses.com";

/** What SES has against a mail, apart from quotas; undefined when it may go. */
function checkEmail(email: OutgoingEmail, account: SesAccount): SesError | undefined {
  const { source, destinations, configurationSetName } = email;
  if (!account.sendingEnabled) {
    return refuse("AccountSendingPausedException", "Email sending is disabled for this account.").error;
  }
  if (configurationSetName !== undefined && !account.configurationSets.includes(configurationSetName)) {
    const message = `Configuration set <${configurationSetName}> does not exist.`;
    return refuse("ConfigurationSetDoesNotExist", message).error;
  }
  if (email.encodedBytes > MOST_BYTES) {
    const message = `Message length is more than ${MOST_BYTES} bytes long: '${email.encodedBytes}'.`;
    return refuse("InvalidParameterValue", message).error;
  }
  if (email.raw.length === 0) return refuse("InvalidParameterValue", "Empty raw message.").error;
  if (source === "") return refuse("InvalidParameterValue", "Missing required header 'From'.").error;
  if (destinations.length === 0)
    return refuse("InvalidParameterValue", "Missing required header 'To'.").error;
  if (destinations.length > MOST_RECIPIENTS) {
    return refuse("InvalidParameterValue", `Recipient count exceeds ${MOST_RECIPIENTS}.`).error;
  }
  for (const address of [source, ...destinations]) {
    if (!/^[^@]+@[^@]+$/.test(address))
      return refuse("InvalidParameterValue", "Missing final '@domain'").error;
    if (/[\s\x00-\x1f]/.test(address)) {
      return refuse("InvalidParameterValue", "Local address contains control or whitespace").error;
    }
  }
  return checkIdentities(email, account);
}

function checkIdentities(email: OutgoingEmail, account: SesAccount): SesError | undefined {
  const { verified, region, sandbox } = account;
  if (verified === "everything") return undefined;
  const known = new Set(verified.map((identity) => identity.toLowerCase()));
  const recipients = sandbox ? email.destinations.filter((address) => domainOf(address) !== SIMULATOR) : [];
  const strangers = [...email.senders, ...recipients].filter(
    (address) => !known.has(address.toLowerCase()) && !known.has(domainOf(address)),
  );
  if (strangers.length === 0) return undefined;
  const failed = [...new Set(strangers)].join(", ");
  const message = `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${failed}`;
  return refuse("MessageRejected", message).error;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
