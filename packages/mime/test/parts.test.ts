import { createMessage, type MessageInput } from "@relais/core/spi";
import { compile, parts } from "@relais/mime";
import MailComposer from "nodemailer/lib/mail-composer";
import { expect, test } from "vitest";

const event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
const people = { from: "shop@example.org", to: "ann@example.net" };
const composed = async (mail: object): Promise<MessageInput> => ({
  raw: await new MailComposer({ ...people, ...mail }).compile().build(),
});
const text = (content: Uint8Array | undefined): string => Buffer.from(content ?? []).toString();

test("of a structured message they are its fields", async () => {
  const message = await createMessage({
    ...people,
    text: "plain",
    html: "<b>rich</b>",
    icalEvent: event,
    amp: "<html ⚡4email>",
    attachments: [{ filename: "a.txt", content: "a" }],
  });
  const { text: plain, html, icalEvent, alternatives, attachments } = message;
  expect(await parts(message)).toEqual({ text: plain, html, icalEvent, alternatives, attachments });
});

test("of a whole mail they are read out of its bytes, once", async () => {
  const message = await createMessage(
    await composed({
      text: "Grüße\n",
      html: '<img src="cid:logo@x">',
      amp: "<html ⚡4email>",
      icalEvent: { method: "request", filename: "meet.ics", content: event },
      attachments: [
        { filename: "\u200eübersicht.pdf", content: Buffer.from([1, 2, 3, 255]) },
        { filename: "l.png", content: "png", cid: "logo@x" },
        {
          contentType: "message/rfc822",
          content: "From: a@x.example\r\nSubject: inner\r\n\r\ninner text\r\n",
        },
      ],
    }),
  );
  expect(message).toMatchObject({ attachments: [], alternatives: [] });
  expect(message.text).toBeUndefined();
  const found = await parts(message);
  expect(await parts(message)).toBe(found);
  expect([found.text?.trim(), found.html?.trim()]).toEqual(["Grüße", '<img src="cid:logo@x">']);
  expect(found.alternatives).toMatchObject([{ contentType: "text/x-amp-html; charset=utf-8" }]);
  expect(text(found.alternatives[0]?.content).trim()).toBe("<html ⚡4email>");
  expect(found.icalEvent).toMatchObject({ method: "REQUEST", filename: "meet.ics" });
  expect(text(found.icalEvent?.content)).toBe(event);
  expect(found.attachments).toMatchObject([
    { filename: "l.png", cid: "logo@x", disposition: "inline", contentType: "image/png" },
    { filename: "\u200eübersicht.pdf", disposition: "attachment", contentType: "application/pdf" },
    { contentType: "message/rfc822" },
  ]);
  expect([...(found.attachments[1]?.content ?? [])]).toEqual([1, 2, 3, 255]);
  expect(text(found.attachments[2]?.content)).toContain("inner text");
});

test("what is odd is read as far as it goes, and what cannot be read is said", async () => {
  const odd = await createMessage({
    raw: 'From: a@x.example\nTo: b@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nno end\n--b\nContent-Type: application/pdf; name="a\n\tb.pdf"\nContent-ID: <<odd>>\nContent-Transfer-Encoding: base64\n\n*?JVBERg==',
  });
  const { text: plain, attachments } = await parts(odd);
  expect(plain?.trim()).toBe("no end");
  expect(attachments).toMatchObject([{ contentType: "application/pdf", cid: "odd" }]);
  const deep = Array.from(
    { length: 300 },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}`,
  );
  const nested = await createMessage({
    raw: `From: a@x.example\r\nTo: b@x.example\r\n${deep.join("\r\n")}\r\n\r\nx`,
  });
  await expect(parts(nested)).rejects.toThrow();
  expect((await compile(nested)).bytes.toString()).toContain("boundary=b299");
});

test("compile gives a whole mail as it came, with CRLF, and without an id that it does not have", async () => {
  const raw = `From: a@x.example\nTo: b@x.example\nX-Long: ${"y".repeat(2_000)}\nBcc: c@x.example\n\nx\n`;
  const message = await createMessage({ raw });
  const { bytes, messageId } = await compile(message);
  expect(bytes.toString()).toBe(raw.replace(/Bcc.*\n/, "").replaceAll("\n", "\r\n"));
  expect(messageId).toBe("");
  expect(await compile(message)).toBe(await compile(message));
});
