import Handlebars from "handlebars";
import type { Words } from "./languages.ts";

// Compiled once. `strict` throws for a name that is not given, where an empty space would go out.
const template = Handlebars.compile(
  `<html><head><style>.button { color: #17693b; }</style></head>
  <body><p>{{greeting}}</p><p><a class="button" href="{{link}}">{{button}}</a></p></body></html>`,
  { strict: true },
);

export async function resetMail(to: { name: string; address: string }, words: Words, link: string) {
  const html = template({ greeting: words.greeting(to.name), button: words.button, link });
  return { to, subject: words.subject, html };
}
