import mjml2html from "mjml";
import type { Words } from "./languages.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

export async function resetMail(to: { name: string; address: string }, words: Words, link: string) {
  const { html } = await mjml2html(
    `<mjml><mj-body><mj-section><mj-column>
      <mj-text>${escaped(words.greeting(to.name))}</mj-text>
      <mj-button href="${escaped(link)}">${escaped(words.button)}</mj-button>
    </mj-column></mj-section></mj-body></mjml>`,
    { validationLevel: "strict" },
  );
  return { to, subject: words.subject, html };
}
