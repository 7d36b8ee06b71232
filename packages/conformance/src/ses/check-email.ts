import type { OutgoingEmail } from "./outgoing-email.ts";
import { refuse, type SesError } from "./ses-error.ts";
import type { SesAccount } from "./ses-server-options.ts";

const MOST_BYTES = 10_485_760;
const MOST_RECIPIENTS = 50;
const SIMULATOR = "simulator.amazonses.com";

/** What SES has against a mail, apart from quotas; undefined when it may go. */
export function checkEmail(email: OutgoingEmail, account: SesAccount): SesError | undefined {
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
