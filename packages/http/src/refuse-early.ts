import type { ProviderLimits } from "@relais/core/spi";
import type { EncodedBody } from "./encode-body.ts";
import type { HttpLimits } from "./http-api.ts";
import { type Letter, letterFor } from "./letter.ts";

/** Why the vendor would not take this letter, where it is not one of the bounds that every provider may have. */
function refuseLetter({ refuse }: HttpLimits, letter: Letter): string | undefined {
  return refuse?.(letter);
}

/** A vendor's bounds as a chain reads them. */
export function providerLimits(limits: HttpLimits): ProviderLimits {
  const { maxRecipients, maxBodyBytes, attachmentEncoding, smtpUtf8, refusedExtensions, allowedExtensions } =
    limits;
  return Object.freeze({
    maxRecipients,
    maxBytes: maxBodyBytes,
    attachmentEncoding,
    smtpUtf8,
    refusedExtensions,
    allowedExtensions,
    // A letter names the recipients of its attempt and nobody else.
    visibleRecipient: true,
    refuses: (message, envelope) => {
      const letter = letterFor(message, envelope);
      if (typeof letter === "string") return letter;
      // What a whole mail holds is not known before it is read; the provider looks then.
      return message.raw === undefined ? refuseLetter(limits, letter) : undefined;
    },
  } satisfies ProviderLimits);
}

/** Why the vendor would not take a request of this size. */
export function refuseSize(
  { maxBytes = Number.POSITIVE_INFINITY }: ProviderLimits,
  body: EncodedBody,
): string | undefined {
  if (body.bytes.length <= maxBytes) return undefined;
  return `${body.bytes.length} bytes; at most ${maxBytes} are taken`;
}
