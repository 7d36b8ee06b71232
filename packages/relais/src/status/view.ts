import type { FeedbackStats, OutboxMessage, OutboxStats, ProviderFeedback } from "@relais/outbox";
import { lostAnswers, unknownRunbook } from "../notices/unknown.ts";
import { type Html, html } from "./html.ts";
import type { ShownLink, Snapshot } from "./snapshot.ts";
import type { RecentDelivery } from "./stats-collector.ts";

/** A visitor who has logged in may press buttons. */
interface Visitor {
  /** Goes with every form, and only with those of this page. */
  readonly csrf: string | undefined;
}

const words: Readonly<Record<ShownLink["health"], string>> = {
  well: "well",
  failing: "failing",
  down: "down: its breaker is open",
  resting: "resting, as it asked",
  quiet: "quiet",
};

const clock = (at: number): Html => {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
};
/** A day. */
export const date = (at: number): Html => {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)}</time>`;
};
const percent = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${Math.round((part / whole) * 100)} %`;
const duration = (ms: number): string =>
  ms < 1_000
    ? `${Math.round(ms)} ms`
    : ms < 120_000
      ? `${(ms / 1_000).toFixed(1)} s`
      : `${Math.round(ms / 60_000)} min`;

function limits({ rateLimit, concurrency, retry }: ShownLink["status"]): string {
  return [
    ...(rateLimit?.limits ?? []).map(({ limit, used }) => `${Math.round(used)} of ${limit}`),
    ...(concurrency === undefined
      ? []
      : [`${concurrency.inFlight} under way, ${concurrency.waiting} waiting`]),
    ...(retry === undefined ? [] : [`${Math.floor(retry.budget)} retries left`]),
  ].join(" · ");
}

function link({ id, health, status, hour }: ShownLink, place: number): Html {
  const since = hour?.failingSince ?? (health === "down" ? hour?.breakerAt : undefined);
  const again = status.breaker?.reopenAt;
  return html`<li class="card ${health}">
    <h3><span class="place">${place + 1}</span> ${id} <strong class="state">${words[health]}</strong></h3>
    ${since !== undefined && html`<p class="since">since ${clock(since)}${again !== undefined && html`, tried again at ${clock(again)}`}</p>`}
    ${hour?.lastFailure !== undefined && html`<p>Last failure ${clock(hour.lastFailure.at)}: <b>${hour.lastFailure.kind}</b> ${hour.lastFailure.reason}</p>`}
    <dl>
      <div><dt>Accepted, last hour</dt><dd>${hour === undefined ? "–" : `${hour.accepted} of ${hour.attempts}`}</dd></div>
      <div><dt>Usually takes</dt><dd>${hour?.medianMs === undefined ? "–" : duration(hour.medianMs)}</dd></div>
      <div><dt>Breaker</dt><dd>${status.breaker?.state ?? "none"}</dd></div>
      <div><dt>Limits</dt><dd>${limits(status) || "none"}</dd></div>
    </dl>
  </li>`;
}

function summary({ stats: { hour } }: Snapshot): Html {
  return html`<dl class="numbers">
    <div><dt>Deliveries, last hour</dt><dd>${hour.deliveries}</dd></div>
    <div><dt>Sent</dt><dd>${percent(hour.sent, hour.deliveries)}</dd></div>
    <div><dt>By a fallback</dt><dd>${percent(hour.byFallback, hour.sent)}</dd></div>
  </dl>`;
}

function delivery({ id, at, ms, status, provider, attempts }: RecentDelivery): Html {
  return html`<tr>
    <td>${clock(at)}</td>
    <td><span class="tag ${status}">${status}</span>${provider !== undefined && ` by ${provider}`}</td>
    <td>${attempts.map((one, i) => html`${i > 0 && html`<br>`}${one.provider}: ${one.what} <small>${duration(one.ms)}</small>`)}</td>
    <td>${duration(ms)}</td>
    <td><code>${id}</code></td>
  </tr>`;
}

function counts(stats: OutboxStats): Html {
  const shown = Object.entries(stats.byState).filter(([, count]) => count > 0);
  return html`<dl class="numbers">
    ${shown.map(([state, count]) => html`<div><dt>${state}</dt><dd>${count}</dd></div>`)}
    <div><dt>Oldest waits</dt><dd>${stats.oldestQueuedMs === 0 ? "–" : duration(stats.oldestQueuedMs)}</dd></div>
  </dl>`;
}

function button(action: "resend" | "arrived" | "not-arrived", id: string, csrf: string, says: string): Html {
  return html`<form method="post" action="/${action}">
    ${hidden({ csrf, id })}
    <button>${says}</button></form>`;
}

/** Fields of a form that nobody sees. */
export function hidden(fields: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
}

function unresolvedRow(message: OutboxMessage, { csrf }: Visitor): Html {
  const { id, state, lastError, updatedAt } = message;
  const isUnknown = state === "unknown";
  return html`<tr>
    <td>${clock(updatedAt.getTime())}</td>
    <td><span class="tag ${state}">${state}</span></td>
    <td>${lastError ?? ""}${isUnknown && lookUp(message)}</td>
    <td><code>${id}</code></td>
    <td>${
      csrf !== undefined && [
        isUnknown && button("arrived", id, csrf, "It arrived"),
        isUnknown && button("not-arrived", id, csrf, "It did not arrive"),
        button("resend", id, csrf, isUnknown ? "Send again (may arrive twice)" : "Send again"),
      ]
    }</td>
  </tr>`;
}

/** Where to find out whether it arrived. */
function lookUp(message: OutboxMessage): Html {
  const { messageId } = message;
  return html`${lostAnswers(message).map(
    ({ provider, from, to }) =>
      html`<br>Look it up at ${provider}, ${clock(Date.parse(from))} to ${clock(Date.parse(to))}`,
  )}${messageId !== undefined && html`<br>Message-ID <code>${messageId}</code>`}<br><a href="${unknownRunbook}">What to look up where</a>`;
}

const rate = (value: number | undefined): string =>
  value === undefined ? "–" : `${(value * 100).toFixed(2)} %`;

function toldRow({ provider, byType, hard, bounceRate, complaintRate, lastAt }: ProviderFeedback): Html {
  return html`<tr>
    <th scope="row">${provider}</th>
    <td>${byType.delivered}</td>
    <td>${byType.bounced} <small>${hard} hard, ${rate(bounceRate)}</small></td>
    <td>${byType.complained} <small>${rate(complaintRate)}</small></td>
    <td>${byType.blocked}</td>
    <td>${date(lastAt.getTime())} ${clock(lastAt.getTime())}</td>
  </tr>`;
}

/** What became of mail that providers had accepted. */
function told({ providers, early, suppressed }: FeedbackStats): Html {
  return html`<section><h2>Delivered, bounced, complained</h2>
    ${table(
      "Told by the providers, last 24 hours",
      ["Provider", "Delivered", "Bounced", "Complained", "Blocked", "Last event"],
      providers.map(toldRow),
    )}
    <dl class="numbers">
      ${Object.entries(suppressed).map(([reason, count]) => html`<div><dt>Suppressed: ${reason}</dt><dd>${count}</dd></div>`)}
      ${early > 0 && html`<div><dt>Events of messages that are not known yet</dt><dd>${early}</dd></div>`}
    </dl><p><a href="/suppressed">Suppressed addresses</a></p></section>`;
}

export function table(caption: string, head: readonly string[], rows: readonly Html[]): Html {
  if (rows.length === 0) return html`<p class="none">${caption}: none.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
    <caption>${caption}</caption>
    <thead><tr>${head.map((word) => html`<th scope="col">${word}</th>`)}</tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}

/** The part of the page that changes. */
export function statusView(shot: Snapshot, visitor: Visitor): Html {
  const worst =
    shot.links.find(({ health }) => health === "down") ??
    shot.links.find(({ health }) => health === "failing");
  const line =
    worst === undefined
      ? html`<p class="headline good">Every provider that was asked answers.</p>`
      : html`<p class="headline bad" role="status">${worst.id} is ${worst.health === "down" ? "down" : "failing"}${worst.hour?.failingSince !== undefined && html` since ${clock(worst.hour.failingSince)}`}.</p>`;
  return html`${line}
    <section><h2>Chain</h2><ol class="chain">${shot.links.map(link)}</ol>${summary(shot)}</section>
    ${
      shot.outbox !== undefined &&
      html`<section><h2>Outbox</h2>${counts(shot.outbox)}
      ${table(
        "Needs a person",
        ["When", "State", "Why", "Message", "Do"],
        shot.unresolved.map((one) => unresolvedRow(one, visitor)),
      )}</section>`
    }
    ${shot.feedback !== undefined && told(shot.feedback)}
    <section><h2>Last deliveries</h2>
      ${table("The last 20", ["When", "End", "Attempts", "Took", "Message"], shot.stats.recent.map(delivery))}</section>`;
}
