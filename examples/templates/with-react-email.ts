import { render } from "@react-email/render";
import { createElement as h } from "react";
import type { Words } from "./languages.ts";

/** With JSX: `<html><body><p>{greeting}</p>…`. */
function Reset({ words, name, link }: { words: Words; name: string; link: string }) {
  return h(
    "html",
    { lang: "en" },
    h("body", null, h("p", null, words.greeting(name)), h("p", null, h("a", { href: link }, words.button))),
  );
}

export async function resetMail(to: { name: string; address: string }, words: Words, link: string) {
  // A promise: without `await` the mail would have a promise for its HTML, which is refused.
  const html = await render(h(Reset, { words, name: to.name, link }));
  return { to, subject: words.subject, html };
}
