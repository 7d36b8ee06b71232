import { createChain, type JournalEntry, type Outcome } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { expect, test } from "vitest";

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

test.each(["resolves", "rejects"])(
  "a journal that %s is told of an answer that came too late",
  async (how) => {
    const told: [JournalEntry, Outcome][] = [];
    let answer: (outcome: Outcome) => void = () => undefined;
    const slow = {
      id: "SLOW",
      send: async (_: unknown, context: { handOver(): Promise<void> }) => {
        await context.handOver();
        return new Promise<Outcome>((resolve) => {
          answer = resolve;
        });
      },
    };
    const controller = new AbortController();
    const closed: string[] = [];
    const sent = createChain([slow], { policies: [] }).send(mail, {
      signal: controller.signal,
      journal: {
        close: async ({ attempt }) => void closed.push(attempt),
        late: async (entry, outcome) => {
          told.push([entry, outcome]);
          if (how === "rejects") throw new Error("no room");
        },
      },
    });
    await soon();
    controller.abort();
    expect(await sent).toMatchObject({ success: false, status: "unknown" });
    expect(told).toEqual([]);
    answer(receipt({ provider: "SLOW", messageId: "m-1", accepted: ["ann@example.net"] }));
    await soon();
    expect(told).toMatchObject([
      [
        { provider: "SLOW", attempt: closed[0] },
        { success: true, messageId: "m-1" },
      ],
    ]);
  },
);

test("late must be a function", async () => {
  const journal = { late: 5 } as never;
  expect(() =>
    createChain([{ id: "A", send: async () => undefined as never }], { policies: [], journal }),
  ).toThrow("journal must be an object of functions: open, handOver, close, late");
});
