import type { MessageInput } from "@relais/core";
import { InvalidMessage } from "@relais/core";

const options = {
  wordwrap: 78,
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true } },
    { selector: "img", format: "skip" },
    { selector: "h1", options: { uppercase: false } },
    { selector: "h2", options: { uppercase: false } },
    { selector: "h3", options: { uppercase: false } },
    { selector: "table", options: { uppercaseHeaderCells: false } },
  ],
};

/**
 * The message with a text made of its HTML, where it has an HTML string and no text; `text: ""` counts as none. By the
 * package html-to-text, which is loaded on the first use. For one message, or as `prepare` of a chain or an outbox.
 * @throws {InvalidMessage} html-to-text is not installed
 */
export async function withText(message: MessageInput): Promise<MessageInput> {
  const { html, text } = message;
  if (typeof html !== "string" || html.trim() === "" || (text !== undefined && text !== null && text !== ""))
    return message;
  // Bundlers leave it alone: they would refuse a bundle without it.
  const library = await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ "html-to-text"
  ).catch(() => undefined);
  if (library === undefined)
    throw new InvalidMessage("text", "cannot be made of the HTML: npm install html-to-text");
  return { ...message, text: library.convert(html, options) };
}
