import { enqueueSql } from "./enqueue-sql.ts";

/**
 * Version 4: what bounds what. How often a message was lost with its worker, how large it is, when it was to be sent, and
 * how long its trace may grow; times that mean something else in another zone are refused; and a version says which one of
 * the package it needs at least (its own number, if it says nothing).
 */
export const bounds: string = `
alter table relais.migration add column min_compatible integer;
alter table relais.message
  add column recoveries integer not null default 0,
  add column content_bytes integer,
  add column send_at timestamptz;
create index message_suspect on relais.message (priority desc, turn) where state = 'queued' and recoveries > 0;

create or replace function relais.before_message() returns trigger language plpgsql as $$
begin
  new.content_bytes := octet_length(new.content::text);
  if new.state = 'queued' and new.not_before > now() then
    new.state := 'deferred';
    new.send_at := new.not_before;
  end if;
  if new.state = 'queued' then
    new.turn := relais.next_turn(new.priority, new.tenant);
  end if;
  return new;
end $$;

create function relais.with_zone(t text, field text) returns timestamptz language plpgsql stable as $$
begin
  if t !~* '^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)? ?(Z|[+-]\\d\\d(:?\\d\\d)?)$' then
    raise exception '% must be a time of ISO 8601 with its zone, as in 2031-12-24T09:00:00Z', field
      using errcode = 'invalid_datetime_format';
  end if;
  return t::timestamptz;
end $$;

${enqueueSql({
  how: "create or replace",
  declared: "\n  due timestamptz := coalesce(relais.with_zone(entry->>'sendAt', 'sendAt'), now());",
  times: " due,\n      coalesce(relais.with_zone(entry->>'expiresAt', 'expiresAt'), due + interval '3 days')",
})}
create function relais.trace_with(trace jsonb, more jsonb) returns jsonb language plpgsql immutable as $$
declare
  entries jsonb := trace->'attempts';
  omitted int := coalesce((trace->>'omitted')::int, 0);
  one jsonb;
  old jsonb;
  at int;
begin
  for one in select value from jsonb_array_elements(more) loop
    at := null;
    if (one->>'skipped')::boolean then
      for i in reverse jsonb_array_length(entries) - 1 .. 0 loop
        old := entries->i;
        exit when (old->>'skipped')::boolean is not true;
        if old->>'provider' = one->>'provider' then
          at := i;
          exit;
        end if;
      end loop;
    end if;
    if at is not null then
      entries := jsonb_set(entries, array[at::text], one || jsonb_build_object('n', old->'n', 'at', old->'at',
        'lastAt', one->'at', 'times', coalesce((old->>'times')::int, 1) + 1));
    else
      entries := entries || (one || jsonb_build_object('n', coalesce((entries->-1->>'n')::int, 0) + 1));
    end if;
  end loop;
  while jsonb_array_length(entries) > 50 loop
    at := case when (entries->0->>'success')::boolean
      and not jsonb_path_exists(entries, '$[1 to last] ? (@.success == true)') then 1 else 0 end;
    entries := entries - at;
    omitted := omitted + 1;
  end loop;
  return trace || jsonb_build_object('attempts', entries)
    || case when omitted > 0 then jsonb_build_object('omitted', omitted) else '{}' end;
end $$;
`;
