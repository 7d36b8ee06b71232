import { expect, test } from "vitest";

// Not exported, and a static import across projects is one that tsc refuses to rewrite.
const source: string = new URL("../src/smtp/input.ts", import.meta.url).href;
const { bodyReader }: typeof import("../src/smtp/input.ts") = await import(source);

const cases: readonly (readonly [name: string, wire: string, mail: string])[] = [
  ["a plain mail", "one\r\ntwo\r\n.\r\n", "one\r\ntwo\r\n"],
  ["an empty mail", ".\r\n", ""],
  ["stuffed dots", "..one\r\n...\r\n..\r\nt.o\r\n.\r\n", ".one\r\n..\r\n.\r\nt.o\r\n"],
  ["a dot before a lone CR", "a\r\n.\rb\r\n..\r\rc\r\n.\r\n", "a\r\n\rb\r\n.\r\rc\r\n"],
  ["lone CRs and LFs", "a\rb\nc\r\r\nd\n\r\n.\r\n", "a\rb\nc\r\r\nd\n\r\n"],
  [
    "an end smuggled in with bare line feeds",
    "a\n.\nb\r\n.\nc\n.\r\nd\r\n.\r\n",
    "a\n.\nb\r\n\nc\n.\r\nd\r\n",
  ],
  ["a stuffed dot at the very end", "a\r\n..\r\n.\r\n", "a\r\n.\r\n"],
];

function read(chunks: readonly string[]): { mail: string; rest: string } {
  const reader = bodyReader();
  let rest = "";
  let done = false;
  for (const chunk of chunks) {
    if (done) {
      rest += chunk;
      continue;
    }
    const next = reader.push(Buffer.from(chunk));
    if (next >= 0) {
      done = true;
      rest = chunk.slice(next);
    }
  }
  expect(done).toBe(true);
  return { mail: reader.data().toString(), rest };
}

test.each(cases)("%s comes out right however the wire is cut", (_name, wire, mail) => {
  const whole = `${wire}QUIT\r\n`;
  const expected = { mail, rest: "QUIT\r\n" };
  expect(read([...whole])).toEqual(expected);
  for (let one = 0; one <= whole.length; one += 1) {
    for (let two = one; two <= whole.length; two += 1) {
      expect(read([whole.slice(0, one), whole.slice(one, two), whole.slice(two)])).toEqual(expected);
    }
  }
});

test("random bodies come out right however they are cut", () => {
  const pick = (count: number): number => Math.floor(Math.random() * count);
  for (let round = 0; round < 2_000; round += 1) {
    const mail = `${Array.from({ length: pick(30) }, () => ["\r\n", ".", "a", "\r", "\n"][pick(5)]).join("")}\r\n`;
    const wire = `${mail.replaceAll("\r\n.", "\r\n..").replace(/^\./, "..")}.\r\n`;
    const chunks: string[] = [];
    for (let at = 0; at < wire.length; ) {
      const size = 1 + pick(6);
      chunks.push(wire.slice(at, at + size));
      at += size;
    }
    expect(read(chunks)).toEqual({ mail, rest: "" });
  }
});

test("what is over the limit is counted and not kept", () => {
  const reader = bodyReader(10);
  reader.push(Buffer.from("12345678\r\n"));
  reader.push(Buffer.from("12345678\r\n.\r\n"));
  expect(reader.size).toBe(20);
  expect(reader.data().toString()).toBe("12345678\r\n");
});
