import type { AcceptedEmail } from "./accepted-email.ts";
import { answerQuery } from "./answer-query.ts";
import { checkEmail } from "./check-email.ts";
import { sesMessageId } from "./message-id.ts";
import { outgoingEmail } from "./outgoing-email.ts";
import { sendRate } from "./send-rate.ts";
import type { SesAnswer } from "./ses-error.ts";
import { account, type SesAccount } from "./ses-server-options.ts";
import { responseXml } from "./xml.ts";

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
  let given = options;
  let present = account(given);
  let sent = 0;

  const current = (): SesAccount => ({
    ...present,
    quota: { ...present.quota, sentLast24Hours: present.quota.sentLast24Hours + sent },
  });
  const now = (): number => Date.now() + present.clockSkewMs;

  const send = (action: string, parameters: ReadonlyMap<string, string>): SesAnswer => {
    const email = outgoingEmail(action, parameters);
    const count = email.destinations.length;
    const error = checkEmail(email, present) ?? rate.check(current().quota, count, now());
    if (error !== undefined) return { error };
    rate.note(count, now());
    sent += count;
    const { source, destinations, raw, tags, configurationSetName } = email;
    const messageId = sesMessageId(present.region, now());
    const set = configurationSetName === undefined ? {} : { configurationSetName };
    accepted.push({ messageId, source, destinations, raw, tags, ...set, at: new Date(now()) });
    return { xml: responseXml(action, `<MessageId>${messageId}</MessageId>`), messageId };
  };

  return {
    get account() {
      return current();
    },
    accepted,
    configure: (changes) => {
      given = { ...given, ...changes };
      present = account(given);
      if (changes.quota !== undefined) sent = 0;
    },
    now,
    act: (action, parameters) => {
      if (action === "SendRawEmail" || action === "SendEmail") return send(action, parameters);
      return answerQuery(action, parameters, current());
    },
    reset: () => {
      accepted.length = 0;
      sent = 0;
      rate.reset();
    },
  };
}
