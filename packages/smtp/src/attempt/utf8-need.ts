import type { Message } from "@relais/core/spi";

const isAscii = (text: string): boolean => !/[^\x00-\x7f]/.test(text);

/** Whether this address can go only where SMTPUTF8 is offered (RFC 6531). */
export const needsUtf8 = (address: string): boolean => !isAscii(address);

/** The first header of addresses that cannot be written in ASCII; a name can always. */
export function utf8Header(message: Message): string | undefined {
  const { authors, sender, to, cc, replyTo } = message;
  const headers = { from: authors, sender, to, cc, replyTo } as const;
  return Object.entries(headers).find(([, value]) =>
    [value ?? []].flat().some(({ address }) => needsUtf8(address)),
  )?.[0];
}
