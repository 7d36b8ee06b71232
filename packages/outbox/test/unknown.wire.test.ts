import { beforeEach, describe, expect, test } from "vitest";
import { mail, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

describe.each(stores)("a message on %s", (_name, open) => {
  const w = working(open);

  describe("of which nobody knows whether it arrived", () => {
    beforeEach(() => {
      w.first.act = (_, nth) => (nth === 1 ? "unknown" : "accept");
    });

    test("is held, and nobody gets a second copy", async () => {
      const { id } = await w.outbox.enqueue(mail());
      const held = await w.state(id, "unknown");
      expect(held.deliveryTrace).toMatchObject({
        status: "unknown",
        attempts: [{ kind: "unknown" }],
        resolution: null,
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(w.first.took).toHaveLength(1);
      expect(w.second.took).toHaveLength(0);
    });

    test("is sent again where that was chosen, with the same id", async () => {
      const { id } = await w.outbox.enqueue(mail(), { onUnknown: "resend" });
      const sent = await w.state(id, "sent");
      expect(w.first.took.map((one) => one.id)).toEqual([id, id]);
      expect(sent.deliveryTrace.resolution).toMatchObject({ by: "policy", as: "resend" });
    });

    test("is taken for sent where that was chosen", async () => {
      const { id } = await w.outbox.enqueue(mail(), { onUnknown: "assume_sent" });
      expect(await w.state(id, "sent")).toMatchObject({
        provider: "FIRST",
        deliveryTrace: { resolution: { by: "policy", as: "sent" } },
      });
      expect(w.first.took).toHaveLength(1);
    });

    test("is settled by an operator, by name and with a reason", async () => {
      const one = await w.outbox.enqueue(mail());
      const other = await w.outbox.enqueue(mail("bob@example.net"));
      w.first.act = () => "unknown";
      await w.state(one.id, "unknown");
      await until(
        () => w.outbox.get(other.id),
        (message) => message?.state === "unknown" || message?.state === "sent",
      );
      expect(
        await w.outbox.resolve({ ids: [one.id] }, { as: "sent", by: "ann", reason: "in the log" }),
      ).toEqual([one.id]);
      expect(await w.outbox.get(one.id)).toMatchObject({
        state: "sent",
        provider: "FIRST",
        deliveryTrace: { status: "sent", resolution: { by: "operator:ann", as: "sent", note: "in the log" } },
      });
    });

    test("is sent again by an operator", async () => {
      const { id } = await w.outbox.enqueue(mail());
      await w.state(id, "unknown");
      expect(await w.outbox.resendMany({ state: "unknown" }, { by: "ann", dryRun: true })).toEqual([id]);
      expect((await w.outbox.get(id))?.state).toBe("unknown");
      expect(await w.outbox.resend(id, { by: "ann", reason: "asked" })).toBe(true);
      const sent = await w.state(id, "sent");
      expect(sent.deliveryTrace).toMatchObject({
        attempts: [
          { n: 1, kind: "unknown" },
          { n: 2, success: true },
        ],
        resolution: { by: "operator:ann", as: "resend", note: "asked" },
      });
    });
  });
});
