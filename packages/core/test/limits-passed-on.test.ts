import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { link } from "../src/chain/link.ts";
import { retry } from "../src/policies/retry.ts";
import type { Provider } from "../src/provider/provider.ts";
import { sampleInput } from "./sample-message.ts";
import { accept, type Scripted, scripted } from "./scripted-provider.ts";

const to = Array.from({ length: 7 }, (_, i) => `r${i}@example.org`);
const sizes = (provider: Scripted) => provider.calls.map((call) => call.length);
const sendBy = (provider: Provider) => createChain([provider], { policies: [] }).send(sampleInput({ to }));

describe("limits come through", () => {
  const limits = { maxRecipients: 3 };
  const seen = async (wrap: (provider: Scripted) => Provider) => {
    const a: Scripted = Object.assign(scripted("A", accept()), { limits });
    expect(await sendBy(wrap(a))).toMatchObject({ success: true });
    return sizes(a);
  };

  test.each([
    ["a link", (one) => link(one)],
    ["a link of a link", (one) => link(link(one), retry())],
    ["a chain", (one) => createChain([one], { id: "inner" })],
    ["a chain of a chain", (one) => createChain([createChain([one], { id: "a" })], { id: "b" })],
    ["a copy", (one) => ({ ...one })],
    ["a proxy", (one) => new Proxy(one, {})],
  ] as [string, (one: Scripted) => Provider][])("%s", async (_name, wrap) => {
    expect(await seen(wrap)).toEqual([3, 3, 1]);
  });

  test("a provider around one that does not pass them on has none", async () => {
    expect(await seen((one) => ({ id: "B", send: one.send.bind(one) }))).toEqual([7]);
  });

  test.each([
    [
      "throws",
      {
        get: () => {
          throw new Error("boom");
        },
      },
    ],
    ["is null", { value: null }],
    ["is text", { value: "50" }],
  ] as [string, PropertyDescriptor][])("one that %s is none", async (_name, descriptor) => {
    const a = Object.defineProperty(scripted("A", accept()), "limits", descriptor);
    expect(await sendBy(a)).toMatchObject({ success: true });
    expect(sizes(a)).toEqual([7]);
  });
});
