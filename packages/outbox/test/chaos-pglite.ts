import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sesServer, smtpServer } from "@relais/conformance";
import { createOutbox } from "@relais/outbox";
import { expect } from "vitest";
import { pgliteFolder } from "./pglite-folder.ts";
import { until } from "./scripted.ts";

const program = join(import.meta.dirname, "chaos-child.ts");

/** On PGlite, its one worker is killed so many times: no message is lost, and none is there twice. */
export async function chaosOnPglite(kills: number, messages: number): Promise<void> {
  const folder = await pgliteFolder();
  const [smtp, ses] = await Promise.all([smtpServer(), sesServer({ region: "eu-west-1" })]);
  const fill = await createOutbox({ folder, from: "shop@example.org" });
  await fill.enqueueMany(
    Array.from({ length: messages }, (_, i) => ({
      message: { to: `p${i}@example.net`, subject: `No ${i}`, text: "Hello\n" },
    })),
  );
  await fill.close();
  smtp.script({ dot: ({ nth }) => (nth % 50 === 0 ? { reset: true } : { delayMs: 20 }) });

  const hire = async (): Promise<ChildProcess> => {
    // None lives long enough for V8 to compile WebAssembly twice, the second time well.
    const flags = ["--conditions=@relais/source", "--liftoff-only"];
    const args = [program, folder, String(smtp.port), ses.endpoint, "only"];
    const child = spawn(process.execPath, [...flags, ...args], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout as NodeJS.ReadableStream, "data");
    return child;
  };
  for (let kill = 0; kill < kills; kill++) {
    const child = await hire();
    await sleep(50 + ((kill * 97) % 700));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  smtp.script({});
  const last = await hire();
  let before = -1;
  // Nothing more arrives once everything is over; what the killed one held is recovered after its lease. That takes
  // minutes: whatever was lost with a worker goes out alone, since it may be what ends workers.
  await until(
    async () => {
      before = smtp.accepted.length + ses.accepted.length;
      await sleep(14_000);
      return smtp.accepted.length + ses.accepted.length;
    },
    (now) => now === before,
    420_000,
  );
  last.kill("SIGTERM");
  expect((await once(last, "close"))[0]).toBe(0);
  const outbox = await createOutbox({ folder });
  const { byState } = await outbox.stats();
  const copies = new Map<string, number>();
  for (const bytes of [...smtp.accepted.map(({ data }) => data), ...ses.accepted.map(({ raw }) => raw)]) {
    const id = /^X-Relais-Id: (\S+)/im.exec(bytes.toString("latin1"))?.[1] ?? "none";
    copies.set(id, (copies.get(id) ?? 0) + 1);
  }
  process.stdout.write(
    `PGlite, ${kills} kills: ${JSON.stringify(byState, ["sent", "unknown", "failed", "queued"])}\n`,
  );
  expect([...copies.values()].filter((count) => count > 1)).toEqual([]);
  // One that was under way at three kills is set aside: it might be what ends workers.
  expect(byState.failed).toBeLessThanOrEqual(kills / 3);
  expect(byState.sent + byState.unknown + byState.failed).toBe(messages);
  expect(copies.size).toBeGreaterThanOrEqual(byState.sent);
  await outbox.close();
  await Promise.all([smtp.close(), ses.close()]);
  rmSync(folder, { recursive: true, force: true });
}
