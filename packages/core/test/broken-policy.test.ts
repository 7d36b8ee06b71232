import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { link } from "../src/chain/link.ts";
import type { Message } from "../src/message/message.ts";
import type { Send, SendContext } from "../src/provider/provider.ts";
import { sampleInput } from "./sample-message.ts";
import { scripted } from "./scripted-provider.ts";

describe("a policy that throws", () => {
  const throwing =
    (when: "before" | "after") => (next: Send) => async (message: Message, context: SendContext) => {
      if (when === "after") await next(message, context);
      throw new Error("a fault of the policy");
    };

  test("before it asked the provider leaves the message to the next one", async () => {
    const chain = createChain([link(scripted("A"), throwing("before")), scripted("B")]);
    expect(await chain.send(sampleInput())).toMatchObject({
      success: true,
      provider: "B",
      failures: [{ kind: "transient" }],
    });
  });

  test("after it asked loses nothing: what the provider said stands", async () => {
    const b = scripted("B");
    const chain = createChain([link(scripted("A"), throwing("after")), b]);
    expect(await chain.send(sampleInput())).toMatchObject({ success: true, provider: "A" });
    expect(b.calls).toEqual([]);
  });

  test("at once, without a promise, is caught, too", async () => {
    const broken = () => () => {
      throw new Error("at once");
    };
    const chain = createChain([link(scripted("A"), broken), scripted("B")]);
    expect(await chain.send(sampleInput())).toMatchObject({ success: true, provider: "B" });
  });
});
