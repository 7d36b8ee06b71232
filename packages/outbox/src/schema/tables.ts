/** Version 1: the tables. What each column holds is said in the package's README. */
export const tables = `
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
`;
