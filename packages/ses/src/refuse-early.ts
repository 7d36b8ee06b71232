import { type Envelope, type Message, overLimits } from "@relais/core/spi";
import type { Diagnosis } from "./diagnosis.ts";
import { limits, maxEncodedBytes } from "./limits.ts";

const encodedBytes = (bytes: number): number => 4 * Math.ceil(bytes / 3);

/** What SES would refuse by its own published limits, found without asking it: a chain has looked before, if one is there. */
export function refuseMessage(message: Message, envelope: Envelope): Diagnosis | undefined {
  const reason = overLimits(message, envelope, limits);
  return reason === undefined ? undefined : { kind: "refused", reason };
}

/** The same for the size of the compiled message, which only the provider knows. */
export function refuseSize(bytes: number): Diagnosis | undefined {
  const encoded = encodedBytes(bytes);
  if (encoded <= maxEncodedBytes) return undefined;
  return {
    kind: "refused",
    reason: `message too large: ${encoded} bytes in base64; SES takes at most ${maxEncodedBytes}`,
  };
}
