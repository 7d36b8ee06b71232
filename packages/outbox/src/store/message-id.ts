import { identity } from "@relais/core/spi";

/** What of a message's content its Message-ID is made of. */
export interface IdParts {
  readonly id: string | null;
  readonly messageId: string | null;
  readonly from: unknown;
  /** Of a whole mail: the one in its header, or nothing. */
  readonly inHeader: string | null;
}

/** The same as SQL, over `relais.message m`: of a whole mail the beginning of its header is read. */
export const idPartsSql = `jsonb_build_object('id', m.content->>'id', 'messageId', m.content->>'messageId',
  'from', m.content->'from', 'inHeader', case when m.content->'raw' is not null then '' when m.content->'wholeMail' = 'true' then coalesce((select
    substring(split_part(encode(substring(a.content for 32768), 'escape'), E'\\r\\n\\r\\n', 1)
      from '(?in)^message-id:\\s*(<[^<>\\s]+>)')
    from relais.attachment a where a.message = m.id and a.n = 1), '') end)`;

/** The Message-ID of the header that providers get. @returns `undefined` if it is not known before it is sent */
export function messageIdOf(
  rowId: string,
  { id, messageId, from, inHeader }: IdParts,
  defaultFrom: string | undefined,
): string | undefined {
  if (inHeader !== null) return inHeader || undefined;
  const domain = domainOf(from ?? defaultFrom);
  try {
    return domain === undefined && messageId === null
      ? undefined
      : identity(id ?? rowId, messageId, domain ?? "").messageId;
  } catch {
    // By plain SQL a row may have anything.
    return undefined;
  }
}

/** Of an address, alone or the first of several, with a name or without. */
function domainOf(from: unknown): string | undefined {
  const first: unknown = Array.isArray(from) ? from[0] : from;
  const text = typeof first === "object" && first !== null ? (first as { address?: unknown }).address : first;
  return typeof text === "string" ? /@([^\s@<>",]+)>?\s*$/.exec(text)?.[1] : undefined;
}
