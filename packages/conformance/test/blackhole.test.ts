import { spawn } from "node:child_process";
import { connect } from "node:net";
import { blackhole } from "@relais/conformance";
import { createTransport } from "nodemailer";
import { expect, test } from "vitest";
import { running } from "./running.ts";

const start = running();

test("a connect to a black hole times out, again and again", async () => {
  const { host, port } = await start(blackhole());
  for (let round = 0; round < 3; round += 1) {
    const sender = createTransport({ host, port, connectionTimeout: 150 });
    const error = await sender
      .sendMail({ from: "a@x.example", to: "b@x.example", text: "x" })
      .catch((e) => e);
    expect(error).toMatchObject({ code: "ETIMEDOUT", timeoutType: "CONNECT_TIMEOUT" });
  }
});

test("a closed black hole refuses", async () => {
  const { host, port, close } = await blackhole();
  await close();
  const code = await new Promise((resolve) => {
    connect(port, host).once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  expect(code).toBe("ECONNREFUSED");
});

test("a black hole dies with the process that made it, however that dies", async () => {
  const program = `
    const { blackhole } = await import(${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)});
    const { port } = await blackhole();
    process.stdout.write(String(port));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program]);
  const port = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (data) => resolve(Number(data))),
  );
  parent.kill("SIGKILL");
  const refused = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      const timer = setTimeout(() => {
        socket.destroy();
        resolve("silence");
      }, 100);
      socket.once("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        resolve(error.code ?? "");
      });
    });
  await expect.poll(refused, { timeout: 4_000 }).toBe("ECONNREFUSED");
});
