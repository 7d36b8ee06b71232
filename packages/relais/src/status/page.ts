import { Html, html } from "./html.ts";
import { style } from "./style.ts";

/** Replaces what changes; where the connection is lost says so. */
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

const form = html`<form method="post" action="/login"><label>Token <input type="password" name="token" autocomplete="current-password" required></label><button>Log in</button></form>`;

/** The whole page. @param nonce allows its own style and script, and nothing else */
export function page(
  body: Html,
  { nonce, login }: { readonly nonce: string; readonly login: "none" | "out" | "in" },
): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Relais: status</title>
<style nonce="${nonce}">${new Html(style)}</style>
</head>
<body>
<header><h1>Relais</h1><span id="live" aria-live="polite">connecting</span>
${login === "out" && form}
</header>
<main>${body}</main>
<script nonce="${nonce}">${new Html(script)}</script>
</body>
</html>`;
}

/** What is seen by whoever has to log in first. */
export function loginPage(nonce: string): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Relais: log in</title>
<style nonce="${nonce}">${new Html(style)}</style>
</head>
<body>
<header><h1>Relais</h1>${form}</header>
</body>
</html>`;
}
