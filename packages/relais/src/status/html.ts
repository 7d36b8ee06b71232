/** A piece of a page that may stand in another as it is. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | false | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

function rendered(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === undefined || part === false) return "";
  return typeof part === "object" ? part.map(rendered).join("") : escapeHtml(String(part));
}

/** A template of HTML: what is filled in is text, unless it is a piece of HTML itself. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(pieces.map((piece, i) => piece + rendered(parts[i])).join(""));
}
