import type { MailFile, ReadMail } from "./read-mail.ts";

/** What a reader of the mail, or a server on its way, will make of it. */
export interface Finding {
  /** `problem`: some readers lose something, or the mail. `hint`: some show it otherwise. */
  readonly level: "problem" | "hint";
  /** What it is and what it does, one sentence each. */
  readonly sentence: string;
}

/** A mail, and what else the folder holds. */
export interface CheckedMail
  extends Pick<ReadMail, "source" | "header" | "subject" | "text" | "html" | "files"> {
  /** How many mails of the same subject were sent to others. */
  readonly alike: number;
}

/** Gmail shows no more of the HTML. */
const clippedBytes = 102 * 1_024;
/** Mails with the same subject that make a mailing. */
const bulkCount = 5;
/** RFC 5322, 2.1.1. */
const mostLineBytes = 998;
/** What Gmail and Outlook take at most. */
const mostBytes = 25_000_000;

type Attributes = Readonly<Record<string, string>>;

const attribute = /([^\s"'>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?/g;

/** The attributes of each tag of this name. */
function tags(html: string, name: string): Attributes[] {
  const tag = new RegExp(`<${name}(?=[\\s/>])((?:"[^"]*"|'[^']*'|[^'">])*)>`, "gi");
  return [...html.matchAll(tag)].map(([, inner = ""]) =>
    Object.fromEntries(
      [...inner.matchAll(attribute)].map(([, key = "", value = ""]) => [
        key.toLowerCase(),
        value.replace(/^(["'])(.*)\1$/s, "$2").trim(),
      ]),
    ),
  );
}

const count = (number: number, one: string, several: string): string =>
  number === 1 ? `One ${one}` : `${number} ${several}`;
const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);

const placeholder = /\{\{[^{}]{1,80}\}\}|\[object (?:Object|Promise)\]/;

/** What is looked for in HTML without its comments. Where support is meant: caniemail.com. */
const patterns: readonly (readonly [Finding["level"], RegExp, string])[] = [
  ["problem", /<script[\s>]/i, "There is a script: every reader removes it, and some refuse the mail."],
  [
    "problem",
    /<(?:iframe|object|embed)[\s>]/i,
    "There is embedded content (iframe, object): readers remove it.",
  ],
  [
    "problem",
    /<link\b[^>]*stylesheet|@import\b/i,
    "There is an external stylesheet: Gmail and others do not load it; put the CSS into the HTML.",
  ],
  ["hint", /<form[\s>]/i, "There is a form: many readers do not submit it; a link works everywhere."],
  ["hint", /<(?:video|audio)[\s>]/i, "There is video or audio: Gmail and Outlook do not play it."],
  ["hint", /<svg[\s>]|\.svg\b/i, "There is SVG: Gmail and Outlook do not show it; use PNG."],
  [
    "hint",
    /\bdisplay\s*:\s*(?:inline-)?(?:flex|grid)\b/i,
    "The CSS uses flex or grid: Outlook on Windows ignores it; tables work everywhere.",
  ],
  [
    "hint",
    /\bposition\s*:\s*(?:absolute|fixed|sticky|relative)\b/i,
    "The CSS uses position: Gmail and Outlook ignore it.",
  ],
  ["hint", /\bvar\(\s*--/i, "The CSS uses variables: Outlook on Windows and others ignore the declaration."],
  [
    "problem",
    /<img\b[^>]*\bsrc\s*=\s*["']?data:/i,
    "There is an image as a data: URL: Gmail and Outlook show none; attach it with a cid.",
  ],
];

function imageFindings(html: string, files: readonly MailFile[]): Finding[] {
  const images = tags(html, "img");
  const sources = images.map(({ src = "" }) => src);
  const withoutAlt = images.filter(({ alt }) => alt === undefined);
  const cids = new Set(files.flatMap(({ cid }) => (cid === "" ? [] : [cid, encodeURIComponent(cid)])));
  const missing = sources.filter((src) => /^cid:/i.test(src) && !cids.has(src.slice(4)));
  const relative = sources.filter((src) => src !== "" && !/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(src));
  const inClear = sources.filter((src) => /^http:/i.test(src));
  return [
    ...withoutAlt.slice(0, 1).map(({ src = "" }) => ({
      level: "problem" as const,
      sentence: `${count(withoutAlt.length, "image has", "images have")} no alt: whoever blocks images, or hears the mail, gets nothing (${quoted(src)}). An image that only decorates has alt="".`,
    })),
    ...missing.slice(0, 1).map((src) => ({
      level: "problem" as const,
      sentence: `No attachment has the Content-ID of ${quoted(src)}: the image is not shown.`,
    })),
    ...relative.slice(0, 1).map((src) => ({
      level: "problem" as const,
      sentence: `${count(relative.length, "image is", "images are")} at a relative address (${quoted(src)}), which leads nowhere from a mail.`,
    })),
    ...inClear.slice(0, 1).map((src) => ({
      level: "problem" as const,
      sentence: `${count(inClear.length, "image is", "images are")} loaded by http: (${quoted(src)}); readers that are web pages block that: use https:.`,
    })),
  ];
}

function linkFindings(html: string): Finding[] {
  const links = tags(html, "a").map(({ href = "" }) => href);
  const inClear = links.filter((href) => /^http:/i.test(href));
  const dead = links.filter((href) => href === "#" || /^(?:\/(?!\/)|\.{1,2}\/|javascript:)/i.test(href));
  return [
    ...inClear.slice(0, 1).map((href) => ({
      level: "hint" as const,
      sentence: `${count(inClear.length, "link begins", "links begin")} with http: (${quoted(href)}); browsers warn of such pages.`,
    })),
    ...dead.slice(0, 1).map((href) => ({
      level: "problem" as const,
      sentence: `${count(dead.length, "link leads", "links lead")} nowhere from a mail (${quoted(href)}): it needs a whole URL.`,
    })),
  ];
}

function bulkFindings({ header, alike }: CheckedMail): Finding[] {
  const says = header("List-Id") !== "" || /^(?:bulk|list)$/i.test(header("Precedence"));
  if (!says && alike < bulkCount) return [];
  if (header("List-Unsubscribe") === "") {
    const why = says ? "It says that it is a mailing" : `${alike} mails have this subject`;
    return [
      {
        level: "problem",
        sentence: `${why}, and there is no List-Unsubscribe: Gmail and Yahoo put mailings without it into spam.`,
      },
    ];
  }
  if (/^List-Unsubscribe=One-Click$/i.test(header("List-Unsubscribe-Post"))) return [];
  return [
    {
      level: "hint",
      sentence:
        "There is no List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058), which Gmail and Yahoo want of mailings.",
    },
  ];
}

function longestLine(source: Buffer): number {
  let longest = 0;
  let begin = 0;
  for (let at = source.indexOf(10); at !== -1; at = source.indexOf(10, begin)) {
    longest = Math.max(longest, at - begin - (source[at - 1] === 13 ? 1 : 0));
    begin = at + 1;
  }
  return Math.max(longest, source.length - begin);
}

/** Checks a mail for what breaks in readers. Empty if nothing was found. */
export function checkMail(mail: CheckedMail): Finding[] {
  const { source, header, subject, text = "", html = "", files } = mail;
  const withoutComments = html.replaceAll(/<!--[\s\S]*?-->/g, "");
  const longest = longestLine(source);
  const htmlBytes = Buffer.byteLength(html);
  const problems: readonly (readonly [boolean, string])[] = [
    [header("Date") === "", "There is no Date: readers sort it wrongly, and it counts as spam."],
    [header("Message-ID") === "", "There is no Message-ID: answers are not threaded, and it counts as spam."],
    [subject === "", "There is no subject."],
    [text.trim() === "" && html.trim() === "", "There is no text and no HTML."],
    [
      text.trim() === "" && html.trim() !== "",
      "There is no text part: readers without HTML show nothing, and it counts as spam.",
    ],
    [
      placeholder.test(`${subject}\n${text}\n${withoutComments}`),
      "A placeholder of a template was not filled in, or an object was.",
    ],
    [
      htmlBytes > clippedBytes,
      `The HTML has ${Math.ceil(htmlBytes / 1_024)} KB: Gmail clips it after 102 KB.`,
    ],
    [
      longest > mostLineBytes,
      `A line has ${longest} bytes: 998 are allowed (RFC 5322), and servers cut or break longer ones.`,
    ],
    [
      source.length > mostBytes,
      `The mail has ${Math.ceil(source.length / 1_000_000)} MB: Gmail and Outlook refuse more than 25.`,
    ],
  ];
  const found: Finding[] = [
    ...problems.filter(([is]) => is).map(([, sentence]) => ({ level: "problem" as const, sentence })),
    ...bulkFindings(mail),
    ...imageFindings(withoutComments, files),
    ...linkFindings(withoutComments),
    ...patterns
      .filter(([, pattern]) => pattern.test(withoutComments))
      .map(([level, , sentence]) => ({ level, sentence })),
  ];
  return found.sort((a, b) => Number(a.level === "hint") - Number(b.level === "hint"));
}
