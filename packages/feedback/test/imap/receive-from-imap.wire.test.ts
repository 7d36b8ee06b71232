import type { FeedbackEvent } from "@relais/core";
import { receiveFromImap } from "@relais/feedback";
import { expect, onTestFinished, test } from "vitest";
import { dsn, textReport } from "../mail/reports.ts";
import { imapServer } from "./imap-server.ts";

const auth = { user: "bounces", pass: "sesame" };
const bounceOf = (recipient: string, original?: string[]) =>
  dsn({
    recipients: [{ final: `rfc822; ${recipient}`, action: "failed", status: "5.1.1" }],
    ...(original && { original }),
  });

async function setup() {
  const server = await imapServer(auth);
  onTestFinished(() => server.close());
  const events: FeedbackEvent[] = [];
  const store = {
    fails: false,
    record: async (given: readonly FeedbackEvent[]) => {
      if (store.fails) throw new Error("away");
      events.push(...given);
      return { stored: given.length, repeated: 0, early: 0, foreign: 0 };
    },
  };
  const inbox = server.mailboxes.get("INBOX") ?? [];
  return {
    server,
    events,
    store,
    inbox,
    options: { host: "127.0.0.1", port: server.port, secure: false, auth, store },
  };
}

test("mails that were not read are, once, and marked", async () => {
  const { server, events, inbox, options } = await setup();
  server.deliver(bounceOf("ann@example.com"));
  server.deliver(
    textReport("I am away.", { from: "bob@example.com", header: ["Auto-Submitted: auto-replied"] }),
  );
  server.deliver(bounceOf("carl@example.com", ["Message-ID: <x@example.org>", "", "x".repeat(900_000)]));
  expect(await receiveFromImap(options)).toEqual({ mails: 3, events: 2 });
  expect(events.map(({ recipient }) => recipient)).toEqual(["ann@example.com", "carl@example.com"]);
  expect(inbox.map(({ flags }) => [...flags])).toEqual([["\\Seen"], ["\\Seen"], ["\\Seen"]]);
  server.deliver(bounceOf("dan@example.com"));
  expect(await receiveFromImap(options)).toEqual({ mails: 1, events: 1 });
});

test("what could not be stored stays unread, and comes again", async () => {
  const { server, events, store, inbox, options } = await setup();
  server.deliver(bounceOf("ann@example.com"));
  store.fails = true;
  await expect(receiveFromImap(options)).rejects.toThrow("away");
  expect([...(inbox[0]?.flags ?? [])]).toEqual([]);
  store.fails = false;
  expect(await receiveFromImap(options)).toEqual({ mails: 1, events: 1 });
  expect(events).toHaveLength(1);
});

test("they may be moved when they are stored", async () => {
  const { server, inbox, options } = await setup();
  server.deliver(bounceOf("ann@example.com"));
  server.deliver(bounceOf("bob@example.com"));
  expect(await receiveFromImap({ ...options, moveTo: "Done" })).toEqual({ mails: 2, events: 2 });
  expect(inbox).toEqual([]);
  expect(server.mailboxes.get("Done")).toHaveLength(2);
});

test("a wrong login, a mailbox that is not there, an option that is wrong", async () => {
  const { options } = await setup();
  await expect(receiveFromImap({ ...options, auth: { ...auth, pass: "wrong" } })).rejects.toThrow();
  await expect(receiveFromImap({ ...options, mailbox: "None" })).rejects.toThrow();
  await expect(receiveFromImap({ ...options, port: 0 })).rejects.toThrow("receiveFromImap: port must be");
});
