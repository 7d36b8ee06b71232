/** What a page to unsubscribe shows. */
export interface UnsubscribeView {
  /** `ask`: a form with a button; `done`; `invalid`: not one of our links; `failed`: it could not be stored. */
  readonly state: "ask" | "done" | "invalid" | "failed";
  /** Of `ask` and `done`. Not escaped. */
  readonly recipient?: string | undefined;
  readonly stream?: string | undefined;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? "");

/** The one field that RFC 8058 wants: the form sends what a mail program would. */
const form = `<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">Unsubscribe</button></form>`;

function contentOf({
  state,
  recipient = "",
  stream,
}: UnsubscribeView): readonly [title: string, html: string] {
  const address = `<strong>${escaped(recipient)}</strong>`;
  const what = stream === undefined ? "" : ` (${escaped(stream)})`;
  if (state === "ask")
    return ["Unsubscribe", `<p>No more of these mails${what} shall be sent to ${address}?</p>${form}`];
  if (state === "done")
    return ["Unsubscribed", `<p role="status">No more of these mails${what} will be sent to ${address}.</p>`];
  if (state === "failed")
    return [
      "Not unsubscribed",
      `<p role="alert">This did not work just now. Please try again later.</p>${form}`,
    ];
  return ["Link not valid", `<p>This link is not valid. Please use the one in the mail itself.</p>`];
}

/** A page without script, in English. */
export function unsubscribePage(view: UnsubscribeView): string {
  const [title, html] = contentOf(view);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1.25rem}:root{color-scheme:light dark}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${html}
</main>
</body>
</html>
`;
}
