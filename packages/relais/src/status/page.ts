import { Html, html } from "./html.ts";

/** The page's own style: light and dark, from a phone on. */
const style: string = `
:root { color-scheme: light dark; --ink: #1d1d1f; --soft: #5c5c66; --paper: #fff; --card: #f5f4f2; --line: #d8d5d0;
  --good: #17693b; --bad: #a61b1b; --warn: #8a5300; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --soft: #a6a6b0; --paper: #17171a; --card: #212126;
  --line: #3a3a42; --good: #6fd39a; --bad: #ff8f8f; --warn: #f0b45c; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
header h1 { font-size: 1.1rem; margin: 0; } #live { color: var(--soft); font-size: .85rem; flex: 1; }
main { max-width: 70rem; margin: 0 auto; padding: 0 1rem 3rem; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1.1rem; margin: 0; }
.headline { font-size: 1.4rem; font-weight: 600; margin: 1rem 0 0; } .good { color: var(--good); } .bad { color: var(--bad); }
.chain { list-style: none; padding: 0; margin: 0; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--soft); border-radius: 6px; padding: .75rem 1rem; overflow-wrap: anywhere; }
.card p { margin: .4rem 0 0; } .card.well { border-left-color: var(--good); } .card.down, .card.failing { border-left-color: var(--bad); }
.card.resting { border-left-color: var(--warn); } .down .state, .failing .state, .since { color: var(--bad); } .well .state { color: var(--good); }
.place { display: inline-block; min-width: 1.4em; text-align: center; border-radius: 1em; background: var(--line); font-size: .85rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: .75rem 0 0; } dt { font-size: .8rem; color: var(--soft); } dd { margin: 0; }
.numbers dd { font-size: 1.4rem; font-weight: 600; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; } caption { text-align: left; color: var(--soft); padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); } small, .none { color: var(--soft); }
.tag { font-weight: 600; } .tag.sent { color: var(--good); } .tag.failed, .tag.expired { color: var(--bad); } .tag.unknown, .tag.partial { color: var(--warn); }
code { font-size: .8rem; } button, input { font: inherit; padding: .25rem .6rem; border: 1px solid var(--soft); border-radius: 4px; background: var(--paper); color: var(--ink); }
button { cursor: pointer; } :focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
`;

/** Replaces the view when it changes, and says when the connection is lost. */
const script = `
const main = document.querySelector("main");
const live = document.querySelector("#live");
const events = new EventSource("/events");
events.onmessage = ({ data }) => {
  if (main.contains(document.activeElement) && document.activeElement.closest("form")) return;
  main.innerHTML = JSON.parse(data);
  live.textContent = "live";
};
events.onerror = () => { live.textContent = "not connected"; };
`;

/** Where a visitor logs in. */
export const loginForm: Html = html`<form method="post" action="/login"><label>Token <input type="password" name="token" autocomplete="current-password" required></label><button>Log in</button></form>`;

/** The whole page. @param nonce allows its own style and script, and nothing else */
export function page(
  body: Html,
  { nonce, login }: { readonly nonce: string; readonly login: "none" | "out" | "in" },
): Html {
  return document(
    "Relais: status",
    nonce,
    html`<header><h1>Relais</h1><span id="live" aria-live="polite">connecting</span>
${login === "out" && loginForm}
</header>
<main>${body}</main>
<script nonce="${nonce}">${new Html(script)}</script>`,
  );
}

/** The page for a visitor who has to log in first. */
export function loginPage(nonce: string): Html {
  return document("Relais: log in", nonce, html`<header><h1>Relais</h1>${loginForm}</header>`);
}

/** A sentence with a way back. */
export function sentencePage(sentence: string): Html {
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Relais</title><p>${sentence}</p><p><a href="/">Back</a></p></html>`;
}

/** @param more more style */
export function document(title: string, nonce: string, body: Html, more = ""): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style nonce="${nonce}">${new Html(style + more)}</style>
</head>
<body>
${body}
</body>
</html>`;
}
