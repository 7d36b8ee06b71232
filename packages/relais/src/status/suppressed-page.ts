import type { SuppressionEntry } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import { type Html, html } from "./html.ts";
import { document, loginForm } from "./page.ts";
import type { Refused, Visit } from "./site-server.ts";
import { date, hidden, table } from "./view.ts";

const mostEntries = 100;

/** Addresses that get no mail: they are shown to those who have logged in. */
export async function suppressedPage(outbox: Outbox, { url, session, nonce, login }: Visit): Promise<Html> {
  const address = url.searchParams.get("address")?.trim() ?? "";
  const header = html`<header><h1><a href="/">Relais</a></h1>${login === "out" && loginForm}</header>`;
  const frame = (body: Html): Html =>
    document(
      "Relais: suppressed addresses",
      nonce,
      html`${header}<main><h2>Suppressed addresses</h2>${body}</main>`,
    );
  if (session === undefined) return frame(html`<p>Log in to see and remove addresses.</p>`);
  const entries = await outbox.suppression.list({
    limit: mostEntries,
    ...(address !== "" && { address }),
  });
  const rows = entries.map((entry) => entryRow(entry, session.csrf));
  const caption =
    address === ""
      ? rows.length < mostEntries
        ? "All of them"
        : `The first ${mostEntries}: search for others`
      : `Of ${address}`;
  return frame(html`<form method="get" action="/suppressed" role="search">
      <label>Whole address <input type="search" name="address" value="${address}" autocomplete="off"></label> <button>Search</button></form>
    ${table(caption, ["Address", "Tenant", "Why", "Stream", "Told by", "Since", "Until", "Do"], rows)}
    <p>A provider with a list of its own goes on to send nothing to an address that is removed here: remove it there, too.</p>`);
}

function entryRow(entry: SuppressionEntry, csrf: string): Html {
  const { address, tenant, reason, stream, source, first, expiresAt, count } = entry;
  return html`<tr>
    <td>${address}</td>
    <td>${tenant}</td>
    <td>${reason}${count > 1 && html` <small>${count} times</small>`}</td>
    <td>${stream ?? "all"}</td>
    <td>${source ?? ""}</td>
    <td>${date(first)}</td>
    <td>${expiresAt === undefined ? "" : date(expiresAt)}</td>
    <td><form method="post" action="/unsuppress">${hidden({ csrf, address, tenant, reason, stream: stream ?? "" })}
      <button aria-label="Remove ${address}, ${reason}">Remove</button></form></td>
  </tr>`;
}

/** Takes one entry from the list. */
export async function removeSuppressed(
  outbox: Outbox,
  form: URLSearchParams,
): Promise<Refused | { readonly location: string }> {
  const [address = "", tenant = "", stream = "", reason = ""] = ["address", "tenant", "stream", "reason"].map(
    (name) => form.get(name) ?? "",
  );
  const [entry] = (await outbox.suppression.list({ address, tenant, stream })).filter(
    (one) => one.reason === reason,
  );
  if (entry === undefined)
    return { status: 409, sentence: "Nothing was done: the address is not on the list." };
  await outbox.suppression.remove(address, { tenant, stream, reason: entry.reason });
  return { location: "/suppressed" };
}
