import { enqueueSql } from "./enqueue-sql.ts";

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
export const functions: string = `
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

${enqueueSql({
  how: "create",
  times: `
      coalesce((entry->>'sendAt')::timestamptz, now()),
      coalesce((entry->>'expiresAt')::timestamptz,
        coalesce((entry->>'sendAt')::timestamptz, now()) + interval '3 days')`,
})}`;
