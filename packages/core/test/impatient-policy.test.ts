import { createChain, link, type Policy, type RelaisEvent } from "@relais/core";
import { failure, receipt } from "@relais/core/spi";
import { expect, test } from "vitest";

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };

/** A policy of somebody's own that does not wait for the attempt it has begun. */
const impatient: Policy =
  (next, { provider }) =>
  (message, context) =>
    Promise.race([
      next(message, context),
      new Promise<ReturnType<typeof failure>>((resolve) =>
        setTimeout(
          resolve,
          5,
          failure({ provider: provider.id, kind: "transient", retryable: false, reason: "too slow" }),
        ),
      ),
    ]);

test("an attempt that ends after its delivery harms nothing, and is told of", async () => {
  const events: RelaisEvent["type"][] = [];
  let answer: () => void = () => undefined;
  const slow = {
    id: "SLOW",
    send: () =>
      new Promise<ReturnType<typeof receipt>>((resolve) => {
        answer = () => resolve(receipt({ provider: "SLOW", messageId: "m", accepted: ["ann@example.net"] }));
      }),
  };
  const chain = createChain([link(slow, impatient)], { observers: [({ type }) => void events.push(type)] });
  const delivery = await chain.send(mail);
  const attempts = [{ n: 1, kind: "cancelled", reason: "nobody waited for its answer" }];
  expect(delivery).toMatchObject({ success: false, error: "SLOW: too slow", attempts });
  answer();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(delivery).toMatchObject({ attempts });
  expect(events).toEqual(["delivery-start", "attempt-start", "attempt", "delivery", "late"]);
});
