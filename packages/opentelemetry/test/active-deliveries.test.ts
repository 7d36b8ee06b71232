import { ROOT_CONTEXT, type Span } from "@opentelemetry/api";
import type { Delivery } from "@relais/core";
import { expect, test } from "vitest";
import { type ActiveDelivery, activeDeliveries } from "../src/active-deliveries.ts";

const delivery = (...attempts: string[]): ActiveDelivery => ({
  span: {} as Span,
  inside: ROOT_CONTEXT,
  attempts: new Map(attempts.map((id) => [id, undefined])),
  nextAttempt: attempts.length + 1,
  startedAt: 0,
  lastEndedAt: 0,
});
const ended = (...attempts: string[]) =>
  ({ id: "m", attempts: attempts.map((id) => ({ id })) }) as unknown as Delivery;

test("of several deliveries of a message, the one whose attempts they were has ended", () => {
  const open = activeDeliveries();
  const [one, other] = [delivery("a-1"), delivery("a-2", "a-3")];
  open.begin("m", one);
  open.begin("m", other);
  expect(open.find("m", 3)).toBe(other);
  expect(open.find("m", 2)).toBe(one);
  expect(open.of("m", "a-2")).toBe(other);
  expect(open.end(ended("a-2", "a-3"))).toBe(other);
  expect(open.end(ended("a-1"))).toBe(one);
});

test("nothing is kept of a delivery that is over", () => {
  const open = activeDeliveries();
  open.begin("m", delivery("a-1"));
  open.end(ended("a-1"));
  expect(open.find("m")).toBeUndefined();
  expect(open.of("m", "a-1")).toBeUndefined();
  expect(open.end(ended("a-1"))).toBeUndefined();
});
