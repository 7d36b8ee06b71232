import { posix } from "node:path";

const repository = "https://github.com/relais-mail/relais/blob/main";

/** Where a page of the repository stands on the site; undefined if it is not on it. */
export function sitePath(file: string): string | undefined {
  const readme = /^packages\/([\w-]+)(?:\/|\/README\.md)?$/.exec(file)?.[1];
  if (readme !== undefined) return `/packages/${readme}`;
  const page = /^docs\/(.+)\.md$/.exec(file)?.[1];
  if (page === undefined) return undefined;
  return page === "index" ? "/" : `/${page.replace(/(^|\/)README$/, "$1index").replace(/\/index$/, "/")}`;
}

/** A link of a page, as the site has it: to another page of the site, else to the repository. */
export function siteLink(file: string, href: string): string {
  if (/^([a-z]+:|#|\/)/i.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const goal = posix.join(posix.dirname(file), path);
  return `${sitePath(goal) ?? `${repository}/${goal}`}${anchor === undefined ? "" : `#${anchor}`}`;
}
