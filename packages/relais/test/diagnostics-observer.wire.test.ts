import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { smtpServer } from "@relais/conformance";
import { createChain, diagnosticsObserver, type RelaisEvent, smtp } from "relais";
import { expect, test } from "vitest";
import { child } from "./child.ts";

const mail = { id: "order-7", from: "shop@example.org", to: "ann@example.net", subject: "x", text: "x" };

test("every event is published on the channel of its name, as it is", async () => {
  const server = await smtpServer();
  const seen: RelaisEvent[] = [];
  const told: RelaisEvent[] = [];
  const note = (event: unknown) => void told.push(event as RelaisEvent);
  const types = ["delivery-start", "attempt-start", "hand-over", "attempt", "delivery"];
  for (const type of types) subscribe(`relais:${type}`, note);
  const { host, port } = server;
  const observers = [diagnosticsObserver(), (event: RelaisEvent) => void seen.push(event)];
  const chain = createChain([smtp({ host, port })], { policies: [], observers });
  await chain.send(mail);
  for (const type of types) unsubscribe(`relais:${type}`, note);
  await chain.send(mail);
  await chain.close();
  await server.close();
  expect(told.map(({ type }) => type)).toEqual(types);
  expect(seen).toHaveLength(2 * types.length);
  for (const [i, event] of told.entries()) expect(event).toBe(seen[i]);
  expect(told.every((event) => Object.isFrozen(event))).toBe(true);
});

test("a subscriber that throws changes no delivery; Node raises what it threw", async () => {
  const server = await smtpServer();
  const program = `
    import { subscribe } from "node:diagnostics_channel";
    import { createChain, diagnosticsObserver, smtp } from "relais";
    const raised = [];
    process.on("uncaughtException", (error) => raised.push(error.message));
    for (const type of ["attempt-start", "hand-over", "attempt", "delivery"])
      subscribe("relais:" + type, () => { throw new Error("broken " + type); });
    const provider = smtp({ host: "127.0.0.1", port: ${server.port} });
    const chain = createChain([provider], { policies: [], observers: [diagnosticsObserver()] });
    const { success, attempts } = await chain.send(${JSON.stringify(mail)});
    await chain.close();
    console.log(JSON.stringify({ success, attempts: attempts.length, raised }));
  `;
  const { said: result, stderr } = await child(program, {});
  await server.close();
  const raised = ["attempt-start", "hand-over", "attempt", "delivery"].map((type) => `broken ${type}`);
  expect(result, stderr).toEqual([{ success: true, attempts: 1, raised }]);
  expect(server.accepted).toHaveLength(1);
});
