import type { Envelope } from "@relais/core/spi";
import type { Diagnosis } from "./diagnosis.ts";

/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html: recipients of one message. */
const maxRecipients = 50;
/** The same page: 10 MB a message "after base64 encoding"; SES counts 10,485,760 bytes. */
const maxEncodedBytes = 10 * 1024 * 1024;

const encodedBytes = (bytes: number): number => 4 * Math.ceil(bytes / 3);

/** What SES would refuse by its own published limits, found without asking it. */
export function refuseEnvelope({ from, to }: Envelope): Diagnosis | undefined {
  if (from === "") return { kind: "refused", reason: "SES does not send from the null sender" };
  if (to.length > maxRecipients)
    return {
      kind: "refused",
      reason: `${to.length} recipients; SES takes at most ${maxRecipients} a message`,
    };
  return undefined;
}

/** The same for the size of the compiled message. */
export function refuseSize(bytes: number): Diagnosis | undefined {
  const encoded = encodedBytes(bytes);
  if (encoded <= maxEncodedBytes) return undefined;
  return {
    kind: "refused",
    reason: `message too large: ${encoded} bytes in base64; SES takes at most ${maxEncodedBytes}`,
  };
}
