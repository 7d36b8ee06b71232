/** What differs between the versions of `relais.enqueue`. */
export interface EnqueueSql {
  readonly how: "create" | "create or replace";
  /** More that it declares, each after a line break. */
  readonly declared?: string;
  /** When the message is due, and when it expires. */
  readonly times: string;
}

/** The function that writes a message down, with its attachments; of a key that is there it answers whose it is. */
export const enqueueSql = ({
  how,
  declared = "",
  times,
}: EnqueueSql): string => `${how} function relais.enqueue(entry jsonb, out id uuid, out created boolean) language plpgsql volatile as $$
declare
  t text := coalesce(entry->>'tenant', 'default');
  k text := entry->>'idempotencyKey';${declared}
begin
  insert into relais.message as m (tenant, idempotency_key, content, recipients, priority, not_before, expires_at,
      on_unknown, source, source_id)
    values (t, k, entry->'content',
      (select array_agg(value) from jsonb_array_elements_text(entry->'recipients')),
      coalesce((entry->>'priority')::smallint, 0),${times},
      coalesce(entry->>'onUnknown', 'hold'), entry->>'source', entry->>'sourceId')
    on conflict (tenant, idempotency_key) where idempotency_key is not null do nothing
    returning m.id into id;
  created := id is not null;
  if not created then
    select m.id into id from relais.message m where m.tenant = t and m.idempotency_key = k;
    return;
  end if;
  insert into relais.attachment (message, n, filename, content_type, cid, disposition, content)
    select id, a.n, a.value->>'filename', a.value->>'contentType', a.value->>'cid',
      coalesce(a.value->>'disposition', 'attachment'), decode(a.value->>'content', 'base64')
    from jsonb_array_elements(entry->'attachments') with ordinality as a (value, n);
end $$;
`;
