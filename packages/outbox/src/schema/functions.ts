/** Version 1, before the tables: ids that sort by time (RFC 9562, version 7), which Postgres has only from 18 on. */
export const ids = `
create function relais.new_id() returns uuid language sql volatile as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(int8send(
    (extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;
`;

/**
 * Version 1, after the tables. Fairness: each message gets a turn, one later than the last of its tenant's that wait,
 * and none before the turn that is being served; messages are taken in the order of turns. A tenant with a hundred
 * thousand waiting messages has a hundred thousand turns, and another's only one stands in the first of them.
 */
export const functions = `
create function relais.next_turn(p smallint, t text) returns bigint language plpgsql volatile as $$
begin
  return 1 + greatest(
    (select turn from relais.turn where priority = p),
    coalesce((select turn from relais.message where state = 'queued' and priority = p and tenant = t
      order by turn desc limit 1), 0));
end $$;

create function relais.before_message() returns trigger language plpgsql as $$
begin
  if new.state = 'queued' and new.not_before > now() then
    new.state := 'deferred';
  end if;
  if new.state = 'queued' then
    new.turn := relais.next_turn(new.priority, new.tenant);
  end if;
  return new;
end $$;
create trigger before_message before insert on relais.message
  for each row execute function relais.before_message();

create function relais.wake() returns trigger language plpgsql as $$
begin
  perform pg_notify('relais_outbox', '');
  return null;
end $$;
create trigger wake after insert on relais.message for each statement execute function relais.wake();

create function relais.enqueue(entry jsonb, out id uuid, out created boolean) language plpgsql volatile as $$
declare
  t text := coalesce(entry->>'tenant', 'default');
  k text := entry->>'idempotencyKey';
begin
  insert into relais.message as m (tenant, idempotency_key, content, recipients, priority, not_before, expires_at,
      on_unknown, source, source_id)
    values (t, k, entry->'content',
      (select array_agg(value) from jsonb_array_elements_text(entry->'recipients')),
      coalesce((entry->>'priority')::smallint, 0),
      coalesce((entry->>'sendAt')::timestamptz, now()),
      coalesce((entry->>'expiresAt')::timestamptz,
        coalesce((entry->>'sendAt')::timestamptz, now()) + interval '3 days'),
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
