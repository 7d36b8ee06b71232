import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
export const calendar =
  "BEGIN:VCALENDAR\r\nPRODID:-//ACME/DesktopCalendar//EN\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";

/** What the documentation's examples read from disk and from the web. */
export interface Sources extends AsyncDisposable {
  /** The path of a file: `notes.txt`, `image.png`, `invite.ics`, `page.html`, `message.eml`. */
  file(name: string): string;
  /** Where the same is on the web; `private/notes.txt` wants `authorization: Bearer open` + `sesame`. */
  url(name: string): string;
}

const contents: Readonly<Record<string, string | Buffer>> = {
  "notes.txt": "Some notes\nin two lines, žluťoučké\n",
  "image.png": png,
  "invite.ics": calendar,
  "page.html": "<p>From a <b>file</b></p>\n",
  "message.eml":
    "From: sender@example.com\r\nTo: recipient@example.com\r\nSubject: from a file\r\nMessage-ID: <eml@example.com>\r\n\r\nHello file\r\n.leading dot\r\n",
};

export async function sources(): Promise<Sources> {
  const folder = await mkdtemp(join(tmpdir(), "relais-nodemailer-"));
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  const web = createServer(({ url = "", headers }, response) => {
    const [, gate, name = gate] = url.split("/");
    const open = gate !== "private" || headers.authorization === "Bearer opensesame";
    const content = open ? contents[name ?? ""] : undefined;
    response.writeHead(content === undefined ? 404 : 200, { connection: "close" }).end(content);
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  return {
    file: (name) => join(folder, name),
    url: (name) => `${base}/${name}`,
    [Symbol.asyncDispose]: async () => {
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
