import { newest } from "./migrations.ts";

/** Columns of a message that are neither its content nor where it stands. */
const enqueued =
  "tenant, idempotency_key, content, recipients, priority, not_before, expires_at, on_unknown, source, source_id";
const ordering = "id, tenant, idempotency_key, state, priority, turn";

type Role = "application" | "worker" | "operator" | "reader";

/** Who works with an outbox without being the owner of its tables: what for, and the rights that it takes. */
const roles: Readonly<Record<Role, readonly [purpose: string, ...grants: string[]]>> = {
  application: [
    "An application: it may enqueue, and neither read a mail nor change one.",
    `grant insert (${enqueued}), select (${ordering}) on relais.message to ROLE;`,
    "grant insert on relais.attachment to ROLE;",
    "grant select on relais.migration, relais.turn, relais.suppression to ROLE;",
  ],
  worker: [
    "A worker, or a receiver of feedback: it may send, write down what became of it, and delete old messages. It cannot change tables.",
    "grant select, insert, update, delete on relais.message, relais.worker to ROLE;",
    "grant select, insert, update, delete on relais.event, relais.event_count, relais.suppression to ROLE;",
    "grant select, insert, update on relais.attempt to ROLE;",
    "grant select, insert on relais.attachment to ROLE;",
    "grant select, update on relais.turn to ROLE;",
    "grant select on relais.migration to ROLE;",
  ],
  operator: [
    "An operator: relais outbox with all that looks at messages, settles, resends, cancels or deletes them, and relais suppression.",
    "grant select, update, delete on relais.message to ROLE;",
    "grant select, insert, update, delete on relais.suppression to ROLE;",
    "grant select on relais.event, relais.event_count to ROLE;",
    "grant select on relais.attempt, relais.attachment, relais.worker, relais.turn, relais.migration to ROLE;",
  ],
  reader: [
    "A reader: relais outbox ls, show and stats, and metrics. It sees addresses and contents, and changes nothing.",
    "grant select on all tables in schema relais to ROLE;",
  ],
};

/**
 * SQL that gives a role the rights that it needs, for somebody who owns the tables; it may be run again. The roles are
 * groups: `grant relais_worker to NAME` makes somebody one of them.
 */
export const roleGrants: Readonly<Record<Role, string>> = {
  application: grantsOf("application"),
  worker: grantsOf("worker"),
  operator: grantsOf("operator"),
  reader: grantsOf("reader"),
};

function grantsOf(name: Role): string {
  const [purpose, ...grants] = roles[name];
  const role = `relais_${name}`;
  return `-- ${purpose}
-- For tables of version ${newest}. To be run by their owner, again after an update: grant ${role} to NAME;
do $$ begin create role ${role} nologin; exception when duplicate_object then null; end $$;
grant usage on schema relais to ${role};
${grants.join("\n").replaceAll("ROLE", role)}
`;
}
