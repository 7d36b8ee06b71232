import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A mail in a mailbox. */
export interface StoredMail {
  readonly uid: number;
  readonly source: Buffer;
  readonly flags: Set<string>;
}

/** A mail server's mailboxes, as far as IMAP4rev1 (RFC 3501) and MOVE (RFC 6851) are asked of it here. */
export async function imapServer(auth: { readonly user: string; readonly pass: string }) {
  const mailboxes = new Map<string, StoredMail[]>([
    ["INBOX", []],
    ["Done", []],
  ]);
  let lastUid = 0;
  const sockets = new Set<Socket>();

  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    let selected: StoredMail[] = [];
    let input = "";
    const byUid = (range: string): StoredMail[] => {
      const [from = 0, to = from] = range.split(":").map((one) => (one === "*" ? lastUid : Number(one)));
      return selected.filter(({ uid }) => uid >= from && uid <= to);
    };
    const place = (one: StoredMail): number => selected.indexOf(one) + 1;
    const perform = (name: string, rest: string): string => {
      const command = name.toUpperCase();
      if (command === "CAPABILITY") say("* CAPABILITY IMAP4rev1 MOVE UIDPLUS");
      if (command === "LOGIN")
        return rest.replaceAll('"', "") === `${auth.user} ${auth.pass}`
          ? "OK done"
          : "NO [AUTHENTICATIONFAILED] no";
      if (command === "LIST")
        for (const box of mailboxes.keys())
          if (rest.includes(box)) say(`* LIST (\\HasNoChildren) "/" ${box}`);
      if (command === "SELECT" || command === "EXAMINE") {
        const box = mailboxes.get(rest.replaceAll('"', ""));
        if (box === undefined) return "NO [NONEXISTENT] no such mailbox";
        selected = box;
        say(`* ${box.length} EXISTS`);
        say("* FLAGS (\\Seen \\Deleted)");
        say("* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] ok");
        say("* OK [UIDVALIDITY 1] ok");
        say(`* OK [UIDNEXT ${lastUid + 1}] ok`);
        return "OK [READ-WRITE] done";
      }
      const [, verb = "", range = "", more = ""] = /^(\S+) ?(\S*) ?(.*)$/.exec(rest) ?? [];
      if (command === "UID" && verb.toUpperCase() === "SEARCH") {
        const unseen = selected.filter(({ flags }) => !flags.has("\\Seen"));
        say(`* SEARCH${unseen.map(({ uid }) => ` ${uid}`).join("")}`);
      }
      if (command === "UID" && verb.toUpperCase() === "FETCH")
        for (const one of byUid(range)) {
          const [, length = String(one.source.length)] = /<0\.(\d+)>/.exec(more) ?? [];
          const part = one.source.subarray(0, Number(length));
          const item = more.includes("<") ? "BODY[]<0>" : "BODY[]";
          socket.write(`* ${place(one)} FETCH (UID ${one.uid} ${item} {${part.length}}\r\n`);
          socket.write(Buffer.concat([part, Buffer.from(")\r\n")]));
        }
      if (command === "UID" && verb.toUpperCase() === "STORE")
        for (const one of byUid(range)) for (const [flag] of more.matchAll(/\\\w+/g)) one.flags.add(flag);
      if (command === "UID" && verb.toUpperCase() === "MOVE")
        for (const one of byUid(range)) {
          mailboxes.get(more.replaceAll('"', ""))?.push(one);
          say(`* ${place(one)} EXPUNGE`);
          selected.splice(selected.indexOf(one), 1);
        }
      if (command === "LOGOUT") say("* BYE");
      return "OK done";
    };
    say("* OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS] ready");
    socket.on("data", (chunk) => {
      input += chunk.toString("latin1");
      for (let end = input.indexOf("\r\n"); end >= 0; end = input.indexOf("\r\n")) {
        const [, tag = "*", name = "", rest = ""] = /^(\S+) (\S+) ?(.*)$/.exec(input.slice(0, end)) ?? [];
        input = input.slice(end + 2);
        say(`${tag} ${perform(name, rest)}`);
        if (name.toUpperCase() === "LOGOUT") socket.end();
      }
    });
  };
  const server = createServer(serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    mailboxes,
    deliver(source: Buffer): void {
      lastUid += 1;
      mailboxes.get("INBOX")?.push({ uid: lastUid, source, flags: new Set() });
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
