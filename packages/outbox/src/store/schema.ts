// The SQL of the tables, version by version. What was published is never changed: a version is added.

/** States of messages that no worker has to send, as SQL: most of a table that has been in use. */
export const settled = "('sent', 'partial', 'unknown', 'failed', 'expired', 'cancelled')";

/**
 * Version 1. Ids sort by time (RFC 9562, version 7), which PostgreSQL itself has only from 18 on. What each column holds
 * is said in the package's README.
 *
 * Fairness: each message gets a turn, one later than the last of its tenant's that wait, and none before the turn that is
 * being served; messages are claimed in the order of turns. A tenant with a hundred thousand waiting messages has a
 * hundred thousand turns, and another's only one stands in the first of them.
 */
export const version1: string = `
create function relais.new_id() returns uuid language sql volatile as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(int8send(
    (extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

create table relais.message (
  id                  uuid primary key default relais.new_id(),
  tenant              text not null default 'default',
  idempotency_key     text,
  content             jsonb not null,
  recipients          text[],
  priority            smallint not null default 0 check (priority between -3 and 3),
  turn                bigint not null default 0,
  not_before          timestamptz not null default now(),
  expires_at          timestamptz not null default now() + interval '3 days',
  on_unknown          text not null default 'hold' check (on_unknown in ('hold', 'resend', 'assume_sent')),
  state               text not null default 'queued' check (state in ('queued', 'sending', 'deferred', 'sent',
                        'partial', 'unknown', 'failed', 'expired', 'cancelled')),
  claim               integer not null default 0,
  worker              text,
  attempts            integer not null default 0,
  deferrals           integer not null default 0,
  accepted            text[] not null default '{}',
  rejected            jsonb not null default '[]',
  provider            text,
  provider_message_id text,
  last_error          text,
  delivery_trace      jsonb not null default '{"v": 1, "status": "queued", "attempts": [], "resolution": null}',
  source              text,
  source_id           text,
  mirrored_at         timestamptz,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  ended_at            timestamptz,
  constraint delivered_has_provider check ((state in ('sent', 'partial')) = (provider is not null))
);
create unique index message_idempotency on relais.message (tenant, idempotency_key) where idempotency_key is not null;
create index message_queued on relais.message (priority desc, turn) where state = 'queued';
create index message_turn on relais.message (priority, tenant, turn) where state = 'queued';
create index message_deferred on relais.message (not_before) where state = 'deferred';
create index message_sending on relais.message (id) where state = 'sending';
create index message_ended on relais.message (state, updated_at)
  where state in ('partial', 'unknown', 'failed', 'expired', 'cancelled');
create index message_sent on relais.message (updated_at) where state = 'sent';
create index message_source on relais.message (source, updated_at)
  where source is not null and (mirrored_at is null or mirrored_at < updated_at);

create table relais.attachment (
  message      uuid not null references relais.message (id) on delete cascade,
  n            integer not null,
  filename     text,
  content_type text,
  cid          text,
  disposition  text not null default 'attachment' check (disposition in ('attachment', 'inline')),
  content      bytea not null,
  primary key (message, n)
);

create table relais.attempt (
  message             uuid not null references relais.message (id) on delete cascade,
  seq                 integer not null,
  claim               integer not null,
  worker              text not null,
  provider            text not null,
  recipients          text[] not null,
  phase               text not null default 'open' check (phase in ('open', 'handed_over')),
  kind                text,
  code                text,
  reason              text,
  accepted            text[] not null default '{}',
  rejected            jsonb not null default '[]',
  provider_message_id text,
  started_at          timestamptz not null default clock_timestamp(),
  handed_over_at      timestamptz,
  ended_at            timestamptz,
  primary key (message, seq)
);
create unique index attempt_one_in_flight on relais.attempt (message) where kind is null;
create index attempt_unknown on relais.attempt (message) where kind = 'unknown';

create table relais.turn (
  priority smallint primary key,
  turn     bigint not null default 0
);
insert into relais.turn (priority) select generate_series(-3, 3);

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

${enqueueSql(
  "create",
  "",
  `
      coalesce((entry->>'sendAt')::timestamptz, now()),
      coalesce((entry->>'expiresAt')::timestamptz,
        coalesce((entry->>'sendAt')::timestamptz, now()) + interval '3 days')`,
)}`;

/** Version 2. The lease under which a message was claimed; before, each had a job. */
export const version2: string = "alter table relais.message add column lease uuid;";

/** Version 3. Rows by plain SQL are read as they are; and a clock that was set back must not hide what has changed. */
export const version3: string = `
update relais.message set
  delivery_trace = case when jsonb_typeof(delivery_trace) = 'object' then delivery_trace else '{}' end
    || jsonb_build_object('v', 1, 'status', state, 'attempts', case when jsonb_typeof(delivery_trace->'attempts') = 'array'
      then delivery_trace->'attempts' else '[]' end),
  rejected = case when jsonb_typeof(rejected) = 'array' then rejected else '[]' end
where (jsonb_typeof(delivery_trace->'attempts') = 'array') is not true or jsonb_typeof(rejected) <> 'array';
alter table relais.message add constraint trace_has_attempts
  check ((jsonb_typeof(delivery_trace->'attempts') = 'array') is true);
alter table relais.message add constraint rejected_is_a_list check (jsonb_typeof(rejected) = 'array');
drop index relais.message_source;
create index message_source on relais.message (source, updated_at)
  where source is not null and mirrored_at is distinct from updated_at;`;

const dueVariable = "\n  due timestamptz := coalesce(relais.with_zone(entry->>'sendAt', 'sendAt'), now());";
const dueTimes =
  " due,\n      coalesce(relais.with_zone(entry->>'expiresAt', 'expiresAt'), due + interval '3 days')";

/**
 * Version 4: limits. How often a message was lost with its worker, how large it is, when it was to be sent, and how long
 * its trace may grow; times without a zone are refused; and a version says which one of the package it needs at least
 * (its own number, if it says nothing).
 */
export const version4: string = `
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

${enqueueSql("create or replace", dueVariable, dueTimes)}
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

/**
 * Version 5. Who is alive stands in a table of ours, no more in jobs of pg-boss. Workers of the version before cannot claim
 * or recover any more, without the column: what they hold is theirs for a minute, and then recovered by its journal.
 */
export const version5: string = `
create table relais.worker (
  id      uuid primary key default gen_random_uuid(),
  name    text not null,
  seen_at timestamptz not null default clock_timestamp()
);
alter table relais.message rename column lease to worker_id;
with before as (
  insert into relais.worker (name, seen_at) select 'workers before version 5', now() + interval '50 seconds'
  where exists (select 1 from relais.message where state = 'sending') returning id)
update relais.message m set worker_id = before.id from before where m.state = 'sending';
do $$ begin
  drop schema if exists relais_queue cascade;
  -- Empty from now on: scripts that grant rights on both schemas go on working.
  create schema relais_queue;
exception when insufficient_privilege then
  raise notice 'the schema relais_queue is not needed any more';
end $$;`;

/**
 * Version 6: of a key that exists `relais.enqueue` says whether the message of that key is another mail. Only then are the
 * two compared, as they are stored, by the rights of the tables' owner: who may enqueue need not be able to read mails.
 */
export const version6: string = `
create function relais.is_same(known uuid, entry jsonb) returns boolean language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select m.content - '{id,messageId,date}'::text[] = (entry->'content') - '{id,messageId,date}'::text[]
    and not exists (select 1
      from (select a.n, a.filename, a.content_type, a.cid, a.disposition, a.content
          from relais.attachment a where a.message = m.id) a
        full join jsonb_array_elements(case jsonb_typeof(entry->'attachments') when 'array' then entry->'attachments'
          else '[]' end) with ordinality as e (value, n) on e.n = a.n
      where (a.filename, a.content_type, a.cid, a.disposition, a.content) is distinct from (e.value->>'filename',
        e.value->>'contentType', e.value->>'cid', coalesce(e.value->>'disposition', 'attachment'),
        decode(e.value->>'content', 'base64')))
  from relais.message m where m.id = known
$$;

drop function relais.enqueue(jsonb);
${enqueueSql(
  "create",
  dueVariable,
  dueTimes,
  ", out conflict boolean",
  "\n    conflict := not relais.is_same(id, entry);",
)}`;

/**
 * Version 7: what a message costs does not grow with those that are over. Those are counted as they come and go, by
 * triggers, whoever changes them; each statement adds a row, so that nobody waits for another's transaction, and workers
 * fold these into one a state. And recipients are found by indexes over messages that no worker has to send: enqueueing
 * does not pay for them. Both may have been made before, `concurrently`.
 *
 * The functions have the rights of the tables' owner: roles of the version before need no new ones.
 */
export const version7: string = `
create or replace function relais.lower_all(addresses text[]) returns text[] language sql immutable parallel safe as $$
  select lower(addresses::text)::text[]
$$;
create index if not exists message_recipient on relais.message (hashtext(lower(recipients[1])))
  where state in ${settled} and cardinality(recipients) = 1;
create index if not exists message_recipients on relais.message using gin (relais.lower_all(recipients))
  where state in ${settled} and cardinality(recipients) > 1;

create table relais.message_count (state text not null, n bigint not null);

create function relais.count_messages() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into relais.message_count values (new.state, 1);
  elsif tg_op = 'UPDATE' then
    insert into relais.message_count select state, sum(n)
      from (select state, 1 as n from added union all select state, -1 from removed) c
      where state in ${settled} group by state having sum(n) <> 0;
  elsif tg_op = 'DELETE' then
    insert into relais.message_count select state, -count(*) from removed where state in ${settled} group by state;
  else
    truncate relais.message_count;
  end if;
  return null;
end $$;

create function relais.recount() returns void language plpgsql as $$
begin
  lock table relais.message in share row exclusive mode;
  truncate relais.message_count;
  insert into relais.message_count select state, count(*) from relais.message where state in ${settled} group by state;
end $$;

create function relais.fold_counts() returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  if (select count(*) from (select from relais.message_count limit 50) c) = 50
    and pg_try_advisory_xact_lock(${0x52_65_6c_63}) then
    with folded as (delete from relais.message_count returning state, n)
    insert into relais.message_count select state, sum(n) from folded group by state having sum(n) <> 0;
  end if;
end $$;

create function relais.settled_counts() returns table (state text, n bigint) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select c.state, sum(c.n)::bigint from relais.message_count c group by c.state
$$;

create trigger count_inserted after insert on relais.message
  for each row when (new.state in ${settled}) execute function relais.count_messages();
create trigger count_updated after update on relais.message referencing old table as removed new table as added
  for each statement execute function relais.count_messages();
create trigger count_deleted after delete on relais.message referencing old table as removed
  for each statement execute function relais.count_messages();
create trigger count_truncated after truncate on relais.message
  for each statement execute function relais.count_messages();
do $$ begin perform relais.recount(); end $$;

-- Indexes of what is to be sent are walked past all that has been since the last VACUUM.
alter table relais.message set (autovacuum_vacuum_scale_factor = 0.02);
`;

/**
 * The function that writes a message with its attachments; of a key that exists it returns the message of that key.
 * @param declared more variables, each after a line break
 * @param times when the message is due, and when it expires
 * @param out more that it returns
 * @param compare sets that, after a line break
 */
function enqueueSql(create: string, declared: string, times: string, out = "", compare = ""): string {
  return `${create} function relais.enqueue(entry jsonb, out id uuid, out created boolean${out}) language plpgsql volatile as $$
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
    select m.id into id from relais.message m where m.tenant = t and m.idempotency_key = k;${compare}
    return;
  end if;
  insert into relais.attachment (message, n, filename, content_type, cid, disposition, content)
    select id, a.n, a.value->>'filename', a.value->>'contentType', a.value->>'cid',
      coalesce(a.value->>'disposition', 'attachment'), decode(a.value->>'content', 'base64')
    from jsonb_array_elements(entry->'attachments') with ordinality as a (value, n);
end $$;
`;
}

/**
 * Version 8: what became of a mail after a provider had accepted it, and addresses that get no mail.
 *
 * An event is `early` until its message is known, `pending` while that is being sent or may have to be settled by it, and
 * then `done`. Suppressions have a row for each reason, so that one that expires, or is removed, leaves the others.
 */
export const version8: string = `
create table relais.event (
  provider            text not null,
  event_id            text not null,
  recipient           text not null,
  type                text not null check (type in ('delivered', 'deferred', 'bounced', 'blocked', 'complained',
                        'unsubscribed', 'failed')),
  bounce              text check (bounce in ('hard', 'soft', 'undetermined')),
  severity            smallint not null,
  source              text not null,
  state               text not null check (state in ('early', 'pending', 'done')),
  message             uuid,
  provider_message_id text,
  code                text,
  reason              text,
  tenant              text,
  stream              text,
  at                  timestamptz not null,
  received_at         timestamptz not null default clock_timestamp(),
  check_at            timestamptz not null default clock_timestamp() + interval '1 second',
  primary key (provider, event_id, recipient)
);
create index event_message on relais.event (message) where message is not null;
create index event_recipient on relais.event (recipient, at);
create index event_open on relais.event (check_at) where state <> 'done';
create index event_received on relais.event using brin (received_at);
create index attempt_provider_message on relais.attempt (provider_message_id, provider)
  where provider_message_id is not null;

create table relais.suppression (
  tenant     text not null default 'default',
  address    text not null check (address = lower(address)),
  stream     text not null default '',
  reason     text not null check (reason in ('complained', 'manual', 'bounced', 'unsubscribed')),
  soft       boolean not null default false,
  source     text,
  first_at   timestamptz not null default now(),
  last_at    timestamptz not null default now(),
  expires_at timestamptz,
  count      integer not null default 1,
  primary key (tenant, address, stream, reason)
);`;

/** Counts what is there, in a table of counts that is empty. */
export const countAllSql: string = `insert into relais.event_count
select date_trunc('hour', received_at), provider, type, coalesce(bounce, ''), count(*), max(received_at)
from relais.event where state <> 'early' and received_at > now() - interval '8 days' group by 1, 2, 3, 4
on conflict do nothing`;

/** Version 9: events counted by the hour, as their table may hold millions. */
export const version9: string = `
create table relais.event_count (
  hour     timestamptz not null,
  provider text not null,
  type     text not null,
  bounce   text not null,
  count    bigint not null,
  last_at  timestamptz not null default clock_timestamp(),
  primary key (hour, provider, type, bounce)
);
${countAllSql};`;
