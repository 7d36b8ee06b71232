import type { Message } from "@relais/core/spi";

/** The bodies of a message as mail APIs want them: what is empty is not there, and there is one at least. */
export interface Bodies {
  readonly text?: string;
  readonly html?: string;
}

/** Vendors want a body, and a subject, of one character at least: this one changes nothing that a reader sees. */
const blank = " ";

/** An attachment alone gets a text of one blank. */
export function bodies({ text = "", html = "" }: Message): Bodies {
  if (text === "" && html === "") return { text: blank };
  return { ...(text === "" ? {} : { text }), ...(html === "" ? {} : { html }) };
}

/** For vendors that take no empty subject. */
export function subjectOf({ subject }: Message): string {
  return subject === "" ? blank : subject;
}
