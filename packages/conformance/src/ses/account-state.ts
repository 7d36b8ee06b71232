import { randomUUID } from "node:crypto";
import { type AcceptedEmail, accountWithDefaults, type SesAccount } from "./account.ts";
import { responseXml, type SesAnswer, type SesError, sesError } from "./answer.ts";
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

/** @param onAccepted told of each mail that is accepted */
export function accountState(
  options: Partial<SesAccount>,
  onAccepted: (email: AcceptedEmail) => void = () => undefined,
): AccountState {
  const accepted: AcceptedEmail[] = [];
  let settings = options;
  let account = accountWithDefaults(settings);
  let sent = 0;
  /** Recipients accepted within the last second. */
  let recent: { readonly at: number; readonly recipients: number }[] = [];

  const reported = (): SesAccount => ({
    ...account,
    quota: { ...account.quota, sentLast24Hours: account.quota.sentLast24Hours + sent },
  });
  const now = (): number => Date.now() + account.clockSkewMs;

  const checkQuota = (recipients: number): SesError | undefined => {
    const { max24HourSend, sentLast24Hours, maxSendRate } = reported().quota;
    if (max24HourSend >= 0 && sentLast24Hours + recipients > max24HourSend)
      return sesError("Throttling", "Daily message quota exceeded.");
    recent = recent.filter(({ at }) => now() - at < 1_000);
    const lastSecond = recent.reduce((total, each) => total + each.recipients, 0);
    if (lastSecond === 0 || lastSecond + recipients <= maxSendRate) return undefined;
    return sesError("Throttling", "Maximum sending rate exceeded.");
  };

  const send = (action: string, parameters: ReadonlyMap<string, string>): SesAnswer => {
    const email = outgoingEmail(action, parameters);
    const recipients = email.destinations.length;
    const error = checkEmail(email, account) ?? checkQuota(recipients);
    if (error !== undefined) return { error };
    recent.push({ at: now(), recipients });
    sent += recipients;
    const { source, destinations, raw, tags, configurationSetName } = email;
    const messageId = sesMessageId(account.region, now());
    const set = configurationSetName === undefined ? {} : { configurationSetName };
    const mail: AcceptedEmail = {
      messageId,
      source,
      destinations,
      raw,
      tags,
      ...set,
      at: new Date(now()),
    };
    accepted.push(mail);
    onAccepted(mail);
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
      recent = [];
    },
  };
}

/** A message id in the form SES gives: `0102…-…-000000`, its time in milliseconds first. */
function sesMessageId(region: string, now: number): string {
  const prefix = region === "us-east-1" ? "0100" : "0102";
  return `${prefix}${now.toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
}

const MOST_BYTES = 10_485_760;
const MOST_RECIPIENTS = 50;
const SIMULATOR = "simulator.amazonses.com";

/** What SES has against a mail, apart from quotas; undefined when it may go. */
function checkEmail(email: OutgoingEmail, account: SesAccount): SesError | undefined {
  const { source, destinations, configurationSetName: set, encodedBytes, raw } = email;
  const addresses = [source, ...destinations];
  const invalid = "InvalidParameterValue";
  const checks: readonly (readonly [wrong: boolean, code: string, message: string])[] = [
    [!account.sendingEnabled, "AccountSendingPausedException", "Email sending is disabled for this account."],
    [
      set !== undefined && !account.configurationSets.includes(set),
      "ConfigurationSetDoesNotExist",
      `Configuration set <${set}> does not exist.`,
    ],
    [
      encodedBytes > MOST_BYTES,
      invalid,
      `Message length is more than ${MOST_BYTES} bytes long: '${encodedBytes}'.`,
    ],
    [raw.length === 0, invalid, "Empty raw message."],
    [source === "", invalid, "Missing required header 'From'."],
    [destinations.length === 0, invalid, "Missing required header 'To'."],
    [destinations.length > MOST_RECIPIENTS, invalid, `Recipient count exceeds ${MOST_RECIPIENTS}.`],
    [!addresses.every((address) => /^[^@]+@[^@]+$/.test(address)), invalid, "Missing final '@domain'"],
    [
      addresses.some((address) => /[\s\x00-\x1f]/.test(address)),
      invalid,
      "Local address contains control or whitespace",
    ],
  ];
  const failed = checks.find(([wrong]) => wrong);
  return failed === undefined ? checkIdentities(email, account) : sesError(failed[1], failed[2]);
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
  return sesError("MessageRejected", message);
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
