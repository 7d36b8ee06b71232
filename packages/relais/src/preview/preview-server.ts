import type { ServerResponse } from "node:http";
import type { KeptMail, MailFolder } from "../development/mail-folder.ts";
import type { RunningServer } from "../status/page-server.ts";
import { type SiteAddress, safeHeaders, siteServer } from "../status/site-server.ts";
import { checkMail } from "./check-mail.ts";
import { emptyView, mailList, mailView, previewPage } from "./mail-page.ts";
import { type ReadMail, readMail } from "./read-mail.ts";

export interface PreviewOptions extends SiteAddress {
  readonly folder: MailFolder;
  /** Where applications can send by SMTP; undefined if that is off. */
  readonly smtp?: { readonly host: string; readonly port: number } | undefined;
}

/** Serves a page that shows the mails of a folder. */
export function previewServer({ folder, smtp, ...address }: PreviewOptions): Promise<RunningServer> {
  const read = async (kept: KeptMail | undefined): Promise<ReadMail | undefined> => {
    const source = kept && (await folder.read(kept.id));
    return kept && source && readMail(kept, source);
  };
  return siteServer({
    ...address,
    openToThisMachine: true,
    policy: "frame-src 'self'",
    async view() {
      const mails = await folder.list();
      return { key: mails.map(({ id }) => id).join(), viewFor: () => mailList(mails) };
    },
    async page(path, visit) {
      const mails = await folder.list();
      const id = path === "/" ? mails[0]?.id : /^\/mail\/([\w-]+)$/.exec(path)?.[1];
      if (id === undefined) {
        return path === "/"
          ? previewPage(mails, { shown: undefined, view: emptyView(smtp) }, visit)
          : undefined;
      }
      const mail = await read(mails.find((one) => one.id === id));
      if (mail === undefined) return undefined;
      const findings = checkMail({ ...mail, alike: alikeCount(mail.kept, mails) });
      const view = mailView(mail, findings, visit.url.searchParams);
      return previewPage(mails, { shown: mail.kept, view }, visit);
    },
    async answer({ pathname, searchParams }, response) {
      const [, id, what, at] = /^\/mail\/([\w-]+)\/(html|file|mail\.eml)(?:\/(\d+))?$/.exec(pathname) ?? [];
      if (id === undefined) return false;
      const mail = await read((await folder.list()).find((one) => one.id === id));
      const file = mail?.files[Number(at)];
      if (what === "html" && mail?.html !== undefined) sendHtml(response, mail, searchParams.has("remote"));
      else if (what === "mail.eml" && mail !== undefined) sendFile(response, "mail.eml", mail.source);
      else if (what === "file" && file !== undefined) sendFile(response, file.filename, file.content);
      else return false;
      return true;
    },
    async post(path) {
      if (path !== "/clear") return { status: 404, sentence: "There is nothing here." };
      await folder.clear();
      return undefined;
    },
  });
}

/** Mails of the same subject from the same sender, to whomever. */
function alikeCount({ subject, from }: KeptMail, mails: readonly KeptMail[]): number {
  if (subject === "") return 0;
  const alike = mails.filter((one) => one.subject === subject && one.from === from);
  return new Set(alike.flatMap(({ to }) => to)).size;
}

/**
 * A mail's HTML in a document that can do nothing: no script, no form, an origin of its own. It loads what is within the
 * mail, and from elsewhere only if that was asked for.
 */
function sendHtml(response: ServerResponse, { html = "", files }: ReadMail, loadsRemote: boolean): void {
  const remote = loadsRemote ? " https: http:" : "";
  const policy = [
    "default-src 'none'",
    `img-src data:${remote}`,
    `style-src 'unsafe-inline'${remote}`,
    `font-src data:${remote}`,
    `media-src data:${remote}`,
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
  ].join("; ");
  const { "x-frame-options": _itsPolicySaysThat, ...headers } = safeHeaders;
  response.writeHead(200, {
    ...headers,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    // Not even the name of this page goes along.
    "referrer-policy": "no-referrer",
  });
  response.end(inNewTabs(withImages(html, files)));
}

/** The images of the mail itself, in the place of their Content-IDs. */
function withImages(html: string, files: ReadMail["files"]): string {
  return html.replaceAll(/\bcid:([^"'\s)>]+)/gi, (whole, cid: string) => {
    const image = files.find(
      (one) => one.cid !== "" && (one.cid === cid || encodeURIComponent(one.cid) === cid),
    );
    if (image === undefined || !/^image\/[\w.+-]+$/.test(image.contentType)) return whole;
    return `data:${image.contentType};base64,${image.content.toString("base64")}`;
  });
}

/** Links open beside the page: within the frame they are not allowed to. */
function inNewTabs(html: string): string {
  const base = '<base target="_blank">';
  const start = /<head(?:\s[^>]*)?>|^\s*<!doctype[^>]*>(?:\s*<html[^>]*>)?/i.exec(html);
  const at = start === null ? 0 : start.index + start[0].length;
  return html.slice(0, at) + base + html.slice(at);
}

function sendFile(response: ServerResponse, name: string, bytes: Buffer): void {
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16)}`,
  );
  response.writeHead(200, {
    ...safeHeaders,
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename*=UTF-8''${encoded}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "content-length": bytes.length,
  });
  response.end(bytes);
}
