import { bounceAddress, maxBounceLocalPart, readBounceAddress } from "@relais/core/spi";
import fc from "fast-check";
import { expect, test } from "vitest";

const address = "bounces@mail.example.org";
const secret = "a secret of some length";
const id = "0198c7a4-1111-7222-8333-444455556666";

test("an address says which message and which recipient it is about", () => {
  const made = bounceAddress(address, id, ["Ann@Example.com"], secret);
  expect(made).toMatch(/^bounces\+[a-z2-7]{50}@mail\.example\.org$/);
  const read = readBounceAddress(made, address, [secret]);
  expect(read).toMatchObject({ message: id });
  if (typeof read !== "object") throw new Error("not read");
  expect([
    read.isOf(id),
    read.isOf("another"),
    read.isAbout("ann@example.com"),
    read.isAbout("bob@example.com"),
  ]).toEqual([true, false, true, false]);
});

test("the longest local part fits into 64 characters", () => {
  const longest = `${"b".repeat(maxBounceLocalPart)}@example.org`;
  const made = bounceAddress(longest, id, ["ann@example.com"], secret);
  expect(made.lastIndexOf("@")).toBe(64);
  expect(readBounceAddress(made, longest, [secret])).toMatchObject({ message: id });
});

test("of several recipients it is about any of them; an id of any form is known again", () => {
  const made = bounceAddress(address, "order 17/ü", ["ann@example.com", "bob@example.com"], secret);
  const read = readBounceAddress(made, address, [secret]);
  if (typeof read !== "object") throw new Error("not read");
  expect(read.message).toBeUndefined();
  expect([read.isOf("order 17/ü"), read.isOf("order 18"), read.isAbout("carl@example.com")]).toEqual([
    true,
    false,
    true,
  ]);
});

test("any case, any of the secrets; another address is none of ours", () => {
  const made = bounceAddress(address, id, ["ann@example.com"], secret);
  expect(readBounceAddress(made.toUpperCase(), address, ["a new secret, also long", secret])).toMatchObject({
    message: id,
  });
  expect(readBounceAddress(made, address, ["a new secret, also long"])).toBe("forged");
  expect(readBounceAddress(address, address, [secret])).toBeUndefined();
  expect(readBounceAddress("bounces+x@other.example", address, [secret])).toBeUndefined();
  expect(readBounceAddress("other+x@mail.example.org", address, [secret])).toBeUndefined();
});

test("whatever is changed in a token, it is none", () => {
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.emailAddress(),
      fc.nat(49),
      fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz234567-=.019"),
      (uuid, recipient, at, character) => {
        const made = bounceAddress(address, uuid, [recipient], secret);
        expect(readBounceAddress(made, address, [secret])).toMatchObject({ message: uuid });
        const place = "bounces+".length + at;
        if (made[place] === character) return;
        const changed = `${made.slice(0, place)}${character}${made.slice(place + 1)}`;
        expect(readBounceAddress(changed, address, [secret])).toBe("forged");
        expect(readBounceAddress(made.slice(0, place) + made.slice(place + 1), address, [secret])).toBe(
          "forged",
        );
      },
    ),
    { numRuns: 500 },
  );
});
