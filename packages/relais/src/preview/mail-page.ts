import type { KeptMail } from "../development/mail-folder.ts";
import { Html, html } from "../status/html.ts";
import { document, loginForm } from "../status/page.ts";
import type { Visit } from "../status/site-server.ts";
import type { Finding } from "./check-mail.ts";
import type { MailFile, ReadMail } from "./read-mail.ts";

const style = `
body { display: grid; grid-template: auto 1fr / 20rem minmax(0, 1fr); min-height: 100vh; }
header { grid-column: 1 / -1; } main { max-width: none; margin: 0; width: 100%; padding: 1rem; }
#mails { border-right: 1px solid var(--line); overflow-y: auto; max-height: calc(100vh - 3.5rem); }
#mails ol { list-style: none; margin: 0; padding: 0; } #mails a { display: block; padding: .5rem 1rem; color: inherit; text-decoration: none;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; } #mails a[aria-current] { background: var(--card); box-shadow: inset 4px 0 var(--good); }
#mails small { display: block; } h2 { margin-top: 0; font-size: 1.3rem; overflow-wrap: anywhere; } h3 { margin: 1rem 0 .25rem; font-size: 1rem; }
.fields { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; overflow-wrap: anywhere; } .fields dt { font-size: inherit; }
.findings { margin: 0; padding-left: 1.2rem; } .findings b { color: var(--warn); } .findings .problem b { color: var(--bad); }
.views { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0 .5rem; padding: 0; list-style: none; } .views a { color: inherit; }
.views a[aria-current] { font-weight: 600; text-decoration: none; border-bottom: 2px solid; }
iframe { display: block; width: 100%; height: 70vh; border: 1px solid var(--line); background: #fff; color-scheme: light; } iframe.phone { width: min(375px, 100%); height: 667px; }
pre { background: var(--card); border: 1px solid var(--line); padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 70vh; overflow-y: auto; font-size: .85rem; }
@media (max-width: 48rem) { body { display: block; } #mails { max-height: 35vh; border-right: 0; border-bottom: 2px solid var(--line); } }
`;

/** Keeps the list as it is in the folder; at the site's root, where the newest mail is shown, follows it. */
const script = `
const mails = document.querySelector("#mails");
const live = document.querySelector("#live");
const links = () => [...mails.querySelectorAll("a")];
const mark = () => { for (const a of links()) if (a.pathname === mails.dataset.shown) a.setAttribute("aria-current", "true"); };
mark();
const events = new EventSource("/events");
events.onmessage = ({ data }) => {
  const focused = mails.contains(document.activeElement) ? document.activeElement.getAttribute("href") : undefined;
  mails.innerHTML = JSON.parse(data);
  mark();
  links().find((a) => a.getAttribute("href") === focused)?.focus();
  live.textContent = "live";
  if (location.pathname === "/" && (links()[0]?.pathname ?? "") !== mails.dataset.shown) location.reload();
};
events.onerror = () => { live.textContent = "not connected"; };
`;

const clock = (iso: string): Html => html`<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
const size = (bytes: number): string =>
  bytes < 1_024
    ? `${bytes} ${bytes === 1 ? "byte" : "bytes"}`
    : bytes < 1_048_576
      ? `${Math.round(bytes / 1_024)} KB`
      : `${(bytes / 1_048_576).toFixed(1)} MB`;

/** The list of mails: the part that changes. */
export function mailList(mails: readonly KeptMail[]): Html {
  if (mails.length === 0) return html`<p class="none">No mail yet.</p>`;
  return html`<ol>${mails.map(
    ({ id, at, subject, to }) =>
      html`<li><a href="/mail/${id}">${subject || "(no subject)"}<small>${to.join(", ")} · ${clock(at)}</small></a></li>`,
  )}</ol>`;
}

const views = { html: "HTML", text: "Text", headers: "Headers", source: "Source" } as const;
type View = keyof typeof views;
/** What is shown of a source; the rest is in the file. */
const mostShown = 500_000;

const query = (...parts: readonly (string | false)[]): string => {
  const given = parts.filter((part) => part !== false);
  return given.length === 0 ? "" : `?${given.join("&")}`;
};

function htmlView({ kept }: ReadMail, wanted: URLSearchParams): Html {
  const phone = wanted.get("width") === "phone";
  const remote = wanted.has("remote");
  const at = (narrow: boolean, loads: boolean): string =>
    `/mail/${kept.id}${query(narrow && "width=phone", loads && "remote=1")}`;
  return html`<ul class="views">
    <li><a href="${at(false, remote)}"${!phone && new Html(' aria-current="true"')}>Desktop</a></li>
    <li><a href="${at(true, remote)}"${phone && new Html(' aria-current="true"')}>Phone</a></li>
    <li>${
      remote
        ? html`Remote content is loaded: <a href="${at(phone, false)}">block it</a>`
        : html`Remote content is blocked: <a href="${at(phone, true)}">load it</a>`
    }</li></ul>
    <iframe class="${phone ? "phone" : "desk"}" sandbox="allow-popups allow-popups-to-escape-sandbox" title="The mail's HTML" src="/mail/${kept.id}/html${query(remote && "remote=1")}"></iframe>`;
}

const text = (label: string, value: string): Html =>
  html`<pre tabindex="0" role="region" aria-label="${label}">${value}</pre>`;

function content(mail: ReadMail, view: View, wanted: URLSearchParams): Html {
  switch (view) {
    case "html":
      return mail.html === undefined ? html`<p class="none">There is no HTML.</p>` : htmlView(mail, wanted);
    case "text":
      return mail.text === undefined ? html`<p class="none">There is no text.</p>` : text("Text", mail.text);
    case "headers":
      return html`<div class="scroll" tabindex="0" role="region" aria-label="Headers"><table><thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
        <tbody>${mail.headers.map(([name, value]) => html`<tr><td>${name}</td><td>${value}</td></tr>`)}</tbody></table></div>`;
    case "source":
      return html`<p><a href="/mail/${mail.kept.id}/mail.eml" download>Download (${size(mail.source.length)})</a></p>${text("Source", mail.source.toString("utf8", 0, mostShown))}`;
  }
}

function fileRow(id: string, { filename, contentType, cid, content: bytes }: MailFile, at: number): Html {
  return html`<li><a href="/mail/${id}/file/${at}" download="${filename}">${filename}</a> <small>${contentType}, ${size(bytes.length)}${cid !== "" && `, cid:${cid}`}</small></li>`;
}

function findingsList(findings: readonly Finding[]): Html {
  if (findings.length === 0) return html`<p class="good">Nothing was found that breaks in readers.</p>`;
  return html`<ul class="findings">${findings.map(
    ({ level, sentence }) => html`<li class="${level}"><b>${level}</b> ${sentence}</li>`,
  )}</ul>`;
}

/** A mail: its fields, what the check found, and its contents in the view that the URL names. */
export function mailView(mail: ReadMail, findings: readonly Finding[], wanted: URLSearchParams): Html {
  const { kept, files } = mail;
  const named = wanted.get("view") ?? "";
  const standard = mail.html === undefined ? "text" : "html";
  const view: View = Object.hasOwn(views, named) ? (named as View) : standard;
  const fields: readonly (readonly [string, string])[] = [
    ["From", mail.from],
    ["To", mail.to],
    ["Cc", mail.cc],
    ["Reply-To", mail.replyTo],
    ["Date", mail.header("Date")],
    ["Envelope", `${kept.from || "<>"} → ${kept.to.join(", ")}`],
  ];
  const rows = fields.filter(([, value]) => value !== "");
  return html`<h2>${kept.subject || "(no subject)"}</h2>
    <dl class="fields">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    <section aria-label="Check"><h3>Check</h3>${findingsList(findings)}</section>
    ${files.length > 0 && html`<section aria-label="Attachments"><h3>Attachments</h3><ul>${files.map((one, i) => fileRow(kept.id, one, i))}</ul></section>`}
    <ul class="views">${Object.entries(views).map(([name, label]) => html`<li><a href="/mail/${kept.id}?view=${name}"${name === view && new Html(' aria-current="true"')}>${label}</a></li>`)}</ul>
    ${content(mail, view, wanted)}`;
}

/** What a visitor reads before the first mail. */
export function emptyView(smtp: { readonly host: string; readonly port: number } | undefined): Html {
  if (smtp === undefined)
    return html`<h2>No mail yet</h2><p>Use <code>use: capture</code> in a configuration.</p>`;
  return html`<h2>No mail yet</h2><p>Any application sends here by SMTP, with any user and password or none:</p>
    ${text("Settings", `SMTP_HOST=${smtp.host}\nSMTP_PORT=${smtp.port}`)}
    <p>So does a chain with <code>use: capture</code> that runs in the same folder.</p>`;
}

/** The whole page. */
export function previewPage(
  mails: readonly KeptMail[],
  main: { readonly shown: KeptMail | undefined; readonly view: Html },
  { nonce, login, session }: Visit,
): Html {
  const title =
    main.shown === undefined ? "Relais: preview" : `${main.shown.subject || "(no subject)"} – Relais`;
  const clear = html`<form method="post" action="/clear"><input type="hidden" name="csrf" value="${session?.csrf}"><button>Delete all</button></form>`;
  const body = html`<header><h1>Relais preview</h1><span id="live" aria-live="polite">connecting</span>${login === "out" ? loginForm : clear}</header>
<nav id="mails" aria-label="Mails" data-shown="${main.shown === undefined ? "" : `/mail/${main.shown.id}`}">${mailList(mails)}</nav>
<main>${main.view}</main>
<script nonce="${nonce}">${new Html(script)}</script>`;
  return document(title, nonce, body, style);
}
