import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readAttachments } from "../src/message/attachments.ts";
import { defaultLimits } from "../src/message/message.ts";
import { said } from "./error-with-message.ts";

const read = (value: unknown, limits = {}) => readAttachments(value, { ...defaultLimits, ...limits });
const content = async (value: unknown, limits = {}) => {
  const [one] = await read([value], limits);
  return Buffer.from(one?.content ?? []).toString();
};

describe("the content of an attachment", () => {
  test("is text, in utf8, base64 or hex", async () => {
    expect(await content({ content: "é" })).toBe("é");
    expect(await content({ content: "aGk=", encoding: "base64" })).toBe("hi");
    expect(await content({ content: "6869", encoding: "hex" })).toBe("hi");
  });

  test.each([
    [Uint8Array.of(104, 105).buffer, undefined],
    [new DataView(Uint8Array.of(0, 104, 105).buffer, 1), undefined],
    [new Blob(["hi"]), undefined],
    [JSON.parse(JSON.stringify(Buffer.from("hi"))), undefined],
    [JSON.parse(JSON.stringify(Uint8Array.of(104, 105))), undefined],
    [{ type: "Buffer", data: "aGk=" }, undefined],
    ["hi", "UTF-8"],
    ["aGk", "Base64"],
    ["aG\r\nk=", "base64"],
    ["data:text/plain;base64,aGk=", "base64"],
    ["68 69", "hex"],
    ["hi", "latin1"],
    ["hi", ""],
    ["hi", null],
  ])("is any form of bytes or text that people have: %o", async (given, encoding) => {
    expect(await content({ content: given, encoding })).toBe("hi");
  });

  test.each([
    ["zz not hex", "hex"],
    ["abc", "hex"],
    ["aGk=!", "base64"],
    ["a", "base64"],
    ["a=b", "base64"],
    ["ä", "base64url"],
  ])("%j is not %s: a broken file would go out", async (given, encoding) => {
    await expect(read([{ content: given, encoding }])).rejects.toThrow(
      said(`attachments[0].content: is not ${encoding}, as its encoding says`),
    );
  });

  test("is a data URI, as path, href or content, with the type that it names", async () => {
    const [one] = await read([{ path: "data:image/png;base64,aGk=" }]);
    expect(one).toMatchObject({ contentType: "image/png" });
    expect(await content({ href: "data:,h%69" })).toBe("hi");
    expect(await content({ path: "data:;charset=utf-8,%C3%A9" })).toBe("é");
    await expect(read([{ path: "data:nothing" }])).rejects.toThrow(
      said("attachments[0].path: is not a data URI"),
    );
  });

  test("is a file of a form, with its name and type", async () => {
    const [one] = await read([{ content: new File(["hi"], "a.txt", { type: "text/plain" }) }]);
    expect(one).toMatchObject({ filename: "a.txt", contentType: "text/plain" });
  });

  test("is bytes, of which it keeps its own copy", async () => {
    const bytes = Buffer.from("hi");
    const [one] = await read([{ content: bytes }]);
    bytes.fill(0);
    expect(Buffer.from(one?.content ?? []).toString()).toBe("hi");
  });

  test("is a stream of bytes or text, Node's or the web's", async () => {
    expect(await content({ content: Readable.from([Buffer.from("a"), "b"]) })).toBe("ab");
    expect(await content({ content: new Blob(["cd"]).stream() })).toBe("cd");
  });

  test("is asked of a stream only once", async () => {
    let asked = 0;
    const source = {
      async *[Symbol.asyncIterator]() {
        asked += 1;
        yield "x";
      },
    };
    expect(await content({ content: source })).toBe("x");
    expect(asked).toBe(1);
  });

  test("cannot come from a stream that fails", async () => {
    const failing = new Readable({
      read() {
        this.destroy(new Error("disk /secret"));
      },
    });
    await expect(read([{ content: failing }])).rejects.toThrow(
      said("attachments[0].content: could not be read: its stream failed or was read before"),
    );
  });

  test("cannot come from a stream that was read before: an empty file would go out", async () => {
    const used = Readable.from([Buffer.from("a")]);
    for await (const _ of used);
    await expect(read([{ content: used }])).rejects.toThrow(
      said("attachments[0].content: could not be read: its stream failed or was read before"),
    );
    const web = new Blob(["a"]).stream();
    for await (const _ of web);
    await expect(read([{ content: web }])).rejects.toThrow(/^attachments\[0\]\.content: could not be read/);
  });

  test("cannot come from a stream of something else than bytes or text", async () => {
    await expect(read([{ content: Readable.from([1, 2]) }])).rejects.toThrow(
      said("attachments[0].content: its stream gave something else than bytes or text"),
    );
  });

  test("stops being read at the limit, without waiting for the end", async () => {
    let given = 0;
    const endless = {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          given += 4;
          yield Buffer.alloc(4);
        }
      },
    };
    await expect(read([{ content: endless }], { maxBytes: 10 })).rejects.toThrow(
      said("attachments[0].content: has more than 10 bytes"),
    );
    expect(given).toBe(12);
  });

  test("of all together stops being read at the limit", async () => {
    let opened = 0;
    const eight = () => ({
      content: {
        async *[Symbol.asyncIterator]() {
          opened += 1;
          yield Buffer.alloc(8);
        },
      },
    });
    await expect(read([eight(), eight(), eight(), eight()], { maxBytes: 10 })).rejects.toThrow(
      said("attachments: have more than 10 bytes together"),
    );
    expect(opened).toBe(2);
  });
});

describe("an attachment from a path", () => {
  test("is refused unless the caller allows files", async () => {
    await expect(read([{ path: "/etc/passwd" }])).rejects.toThrow(
      said("attachments[0].path: files may not be attached by path; give content, or set allowFiles"),
    );
  });

  test("is read, and named after the file, where files are allowed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "relais-"));
    try {
      await writeFile(join(folder, "a.txt"), "hello");
      const [one] = await read([{ path: join(folder, "a.txt") }], { allowFiles: true });
      expect(one).toMatchObject({ filename: "a.txt", disposition: "attachment" });
      expect(Buffer.from(one?.content ?? []).toString()).toBe("hello");
      await expect(
        read([{ path: join(folder, "a.txt") }], { allowFiles: true, maxBytes: 4 }),
      ).rejects.toThrow(said("attachments[0].path: has more than 4 bytes"));
      await writeFile(join(folder, "a\nBcc: eve@example.org"), "hello");
      await expect(
        read([{ path: join(folder, "a\nBcc: eve@example.org") }], { allowFiles: true }),
      ).rejects.toThrow(said("attachments[0].path: contains a line break that would begin another header"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("names no directory of the sender's, not even one of Windows", async () => {
    const folder = await mkdtemp(join(tmpdir(), "relais-"));
    try {
      await writeFile(join(folder, "C:\\secret\\a.txt"), "x");
      const [one] = await read([{ path: join(folder, "C:\\secret\\a.txt") }], { allowFiles: true });
      expect(one).toMatchObject({ filename: "a.txt" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("does not fetch URLs", async () => {
    await expect(read([{ path: "https://example.org/x" }], { allowFiles: true })).rejects.toThrow(
      said("attachments[0].path: URLs may not be attached; fetch it and give its content"),
    );
  });

  test.each(["file:///etc/passwd", "a\0b", 5])("%j is not a path", async (path) => {
    await expect(read([{ path }], { allowFiles: true })).rejects.toThrow(
      /^attachments\[0\]\.path: .* is not a file path$/,
    );
  });

  test("that does not exist is said so", async () => {
    await expect(read([{ path: "/nowhere/x" }], { allowFiles: true })).rejects.toThrow(
      said('attachments[0].path: "/nowhere/x" cannot be read'),
    );
  });
});

describe("the fields of an attachment", () => {
  test("are kept; a content id makes it inline", async () => {
    const [one] = await read([
      { content: "x", filename: "ü.png", contentType: "image/png; a=b", cid: "logo@x" },
    ]);
    expect(one).toMatchObject({
      filename: "ü.png",
      contentType: "image/png; a=b",
      cid: "logo@x",
      disposition: "inline",
    });
    const [other] = await read([{ content: "x", cid: "logo", contentDisposition: "attachment" }]);
    expect(other?.disposition).toBe("attachment");
    expect(Object.isFrozen(one)).toBe(true);
  });

  test.each([
    [
      { content: "x", href: "http://169.254.169.254/" },
      "attachments[0].href: URLs may not be attached; fetch it and give its content",
    ],
    [{ content: "x", raw: "x" }, "attachments[0].raw: is not a field of an attachment"],
    [
      JSON.parse('{"content":"x","__proto__":{"path":"/etc/passwd"}}'),
      "attachments[0].__proto__: is not a field of an attachment",
    ],
    [
      { content: "x", filename: "a\r\nBcc: b" },
      "attachments[0].filename: contains a line break that would begin another header",
    ],
    [{ content: "x", cid: "a b" }, 'attachments[0].cid: "a b" is not a content id'],
    [
      { content: "x", contentDisposition: "form-data" },
      'attachments[0].contentDisposition: must be attachment or inline, not "form-data"',
    ],
    [
      { content: "x", encoding: "quoted-printable" },
      'attachments[0].encoding: must be utf8, base64, hex or another of Buffer\'s, not "quoted-printable"',
    ],
    [{}, "attachments[0].content: is missing"],
    [{ content: 5 }, "attachments[0].content: must be a string, bytes or a stream, not 5"],
    [
      { content: { path: "/etc/passwd" } },
      "attachments[0].content: must be a string, bytes or a stream, not an object",
    ],
    ["x", 'attachments[0]: must be an object, not "x"'],
  ])("%o is refused", async (value, sentence) => {
    await expect(read([value])).rejects.toThrow(said(sentence));
  });

  test.each([
    [{ contentType: "" }, undefined],
    [{ contentType: "image" }, undefined],
    [{ contentType: "multipart/mixed; boundary=b" }, undefined],
    [{ contentType: "text/plain; charset=utf-8;" }, "text/plain; charset=utf-8"],
    [{ contentType: "application/pdf; name=Rechnung März.pdf" }, "application/pdf"],
    [
      { contentType: 'text/calendar; METHOD=REQUEST; x y; charset="utf-8"' },
      'text/calendar; method=REQUEST; charset="utf-8"',
    ],
  ])("%o: the type is %s", async (more, contentType) => {
    const [one] = await read([{ content: "x", ...more }]);
    expect(one?.contentType).toBe(contentType);
  });

  test.each([
    [{ filename: "" }, undefined],
    [{ filename: null }, undefined],
    [{ filename: false }, undefined],
    [{ filename: "\u200eIMG.jpg" }, "\u200eIMG.jpg"],
    [{ filename: "a\n\tb.pdf" }, "a b.pdf"],
    [{ filename: "invoice\u202efdp.exe" }, "invoicefdp.exe"],
    [{ filename: `${"x".repeat(300)}.pdf` }, `${"x".repeat(251)}.pdf`],
  ])("%o: the name is %s", async (more, filename) => {
    const [one] = await read([{ content: "x", ...more }]);
    expect(one?.filename).toBe(filename);
  });

  test("a content id stands without its brackets", async () => {
    expect((await read([{ content: "x", cid: "<logo>" }]))[0]?.cid).toBe("logo");
  });

  test("a File or a Blob is an attachment as it is: with its name, its type and its bytes", async () => {
    const pdf = new File(["%PDF"], "invoice.pdf", { type: "application/pdf" });
    const blob = new Blob(["x"], { type: "text/csv" });
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(await read([pdf, blob])).toEqual([
      {
        content: bytes("%PDF"),
        filename: "invoice.pdf",
        contentType: "application/pdf",
        disposition: "attachment",
      },
      { content: bytes("x"), contentType: "text/csv", disposition: "attachment" },
    ]);
    expect(await read(pdf)).toHaveLength(1);
    await expect(read([pdf], { maxBytes: 3 })).rejects.toThrow(
      said("attachments[0].content: has more than 3 bytes"),
    );
  });

  test("one alone needs no list, absent ones are left out, and there may not be too many", async () => {
    expect(await read({ content: "x" })).toHaveLength(1);
    expect(await read([null, undefined, "", { content: "x" }])).toHaveLength(1);
    await expect(read({})).rejects.toThrow(said("attachments[0].content: is missing"));
    await expect(read([{ content: "" }, { content: "" }], { maxAttachments: 1 })).rejects.toThrow(
      said("attachments: has 2 entries; at most 1 are allowed"),
    );
  });
});
