import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { sesServer, testAuthority } from "@relais/conformance";
import type { FailureKind, Outcome, Provider } from "@relais/core";
import { createMessage } from "@relais/core/spi";
import { ses } from "@relais/ses";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ConnectProxyOptions, connectProxy } from "../../packages/smtp/test/connect-proxy.ts";
import { httpFarEnd } from "./http-far-end.ts";
import { httpProviders } from "./http-providers.ts";

const password = "pr0xy-pa55%";
const login = `ann:${password}`;
const message = await createMessage({ from: "ann@example.com", to: "bob@example.org", text: "Hello" });

async function attempt(
  provider: Provider,
  signal = AbortSignal.timeout(20_000),
): Promise<{ outcome: Outcome; handOvers: number }> {
  let handOvers = 0;
  const handOver = async (): Promise<void> => {
    handOvers += 1;
  };
  return {
    outcome: await provider.send(message, { envelope: message.envelope, signal, handOver }),
    handOvers,
  };
}

const made = (provider: Provider): Provider => {
  onTestFinished(() => provider.close?.());
  return provider;
};

interface Fault {
  readonly proxy?: ConnectProxyOptions;
  /** In place of the proxy's own. */
  readonly url?: string;
  readonly kind: FailureKind;
  readonly code: string;
}

const status = (number: number, kind: FailureKind, code: string): [string, Fault] => [
  `says ${number}`,
  { proxy: { fault: { status: number } }, kind, code },
];

const faults: Readonly<Record<string, Fault>> = {
  "wants another login": { proxy: { login: "ann:another" }, kind: "misconfigured", code: "EPROXYAUTH" },
  ...Object.fromEntries([
    ...[400, 401, 403, 404, 405].map((one) => status(one, "misconfigured", "EPROXYDENIED")),
    ...[301, 408, 429, 500, 502, 503, 504].map((one) => status(one, "transient", "EPROXY")),
  ]),
  "speaks no HTTP": {
    proxy: { fault: { raw: "SSH-2.0-OpenSSH_9.6\r\n" } },
    kind: "transient",
    code: "EPROXY",
  },
  "has headers without an end": {
    proxy: { fault: { raw: `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(20_000)}` } },
    kind: "transient",
    code: "EPROXY",
  },
  closes: { proxy: { fault: "close" }, kind: "transient", code: "ECONNRESET" },
  "says nothing": { proxy: { fault: "hang" }, kind: "transient", code: "ETIMEDOUT" },
  "cannot reach the vendor": { proxy: { port: 9 }, kind: "transient", code: "ECONNRESET" },
  "is not there": { url: `http://${login}@127.0.0.1:9`, kind: "transient", code: "ECONNREFUSED" },
  "has no address": {
    url: `http://${login}@proxy.invalid:3128`,
    kind: "transient",
    code: "E(NOTFOUND|AI_AGAIN)",
  },
  "speaks no TLS": { url: "https", kind: "misconfigured", code: "(ERR_SSL|EPROTO).*" },
  "has a certificate of nobody": {
    proxy: { secure: true },
    url: "https",
    kind: "misconfigured",
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  },
};

describe.each(httpProviders)("$name through a proxy", ({ make, taken }) => {
  test("TLS is with the vendor, whose name the proxy resolves, on a pooled connection", async () => {
    const far = await httpFarEnd(taken, "wrongName"); // it is for wrong.example
    const proxy = await connectProxy({ login, port: far.port });
    const provider = made(
      make({
        endpoint: "https://wrong.example",
        ca: far.ca,
        proxy: `http://ann:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`,
      }),
    );
    for (const _ of [1, 2, 3])
      expect(await attempt(provider)).toMatchObject({ outcome: { success: true }, handOvers: 1 });
    expect(proxy.asked).toEqual(["wrong.example:443"]);
    expect(far.connections()).toBe(1);
    await provider.close?.();
    await vi.waitUntil(() => far.open() === 0 && proxy.open() === 0);
  });

  test("a certificate for the proxy's name is not accepted for the vendor", async () => {
    const far = await httpFarEnd(taken); // it is for localhost and 127.0.0.1, where the proxy is
    const proxy = await connectProxy({ port: far.port });
    const provider = made(
      make({ endpoint: "https://api.example", ca: far.ca, proxy: `http://127.0.0.1:${proxy.port}` }),
    );
    expect(await attempt(provider)).toMatchObject({
      outcome: {
        kind: "misconfigured",
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
        reason: expect.stringContaining(`(proxy 127.0.0.1:${proxy.port})`),
      },
      handOvers: 0,
    });
    expect(far.requests()).toBe(0);
  });

  test.each(Object.entries(faults))("that %s", async (_, fault) => {
    const far = await httpFarEnd(taken);
    const proxy = await connectProxy(fault.proxy);
    const scheme = fault.url === "https" ? "https" : "http";
    const own = `${scheme}://ann:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`;
    const url = fault.url === undefined || fault.url === "https" ? own : fault.url;
    const provider = made(
      make({ endpoint: `https://127.0.0.1:${far.port}`, ca: far.ca, proxy: url, connectionTimeoutMs: 400 }),
    );
    const { outcome, handOvers } = await attempt(provider);
    expect(outcome, JSON.stringify(outcome)).toMatchObject({
      kind: fault.kind,
      code: expect.stringMatching(new RegExp(`^${fault.code}$`)),
      reason: expect.stringContaining(`(proxy ${new URL(url).host})`),
    });
    expect(handOvers).toBe(0);
    expect(far.requests()).toBe(0);
    expect(inspect(outcome)).not.toContain("pa55");
    await vi.waitUntil(() => proxy.open() === 0);
  });

  test("an abort before the proxy answers is cancelled, and closes the connection", async () => {
    const proxy = await connectProxy({ fault: "hang" });
    const provider = made(
      make({
        endpoint: "https://api.example",
        proxy: `http://127.0.0.1:${proxy.port}`,
        connectionTimeoutMs: 60_000,
      }),
    );
    const caller = new AbortController();
    const under = attempt(provider, caller.signal);
    await vi.waitUntil(() => proxy.asked.length === 1);
    caller.abort();
    expect(await under).toMatchObject({ outcome: { kind: "cancelled" }, handOvers: 0 });
    await vi.waitUntil(() => proxy.open() === 0);
  });

  test.each([
    [5, "proxy must be a string"],
    ["", "proxy must be an http: or https: URL"],
    ["proxy:3128", "proxy must be an http: or https: URL"],
    ["socks5://ann:pa55@proxy:1080", "proxy must be an http: or https: URL"],
  ])("option %j: %s", (proxy, sentence) => {
    expect(() => make({ proxy: proxy as string })).toThrow(sentence);
    try {
      make({ proxy: proxy as string });
    } catch (thrown) {
      expect(inspect(thrown)).not.toContain("pa55");
    }
  });
});

/** An attempt by every provider in a process that was started with an environment. */
async function child(
  env: NodeJS.ProcessEnv,
  endpoints: Readonly<Record<string, string>>,
  flags: readonly string[],
  ...more: readonly string[]
): Promise<string> {
  const script = new URL("./http-proxy-child.ts", import.meta.url).pathname;
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const started = spawn(
    process.execPath,
    ["--conditions=@relais/source", "--no-warnings", ...flags, script, JSON.stringify(endpoints), ...more],
    {
      env: { PATH, NODE_COMPILE_CACHE, AWS_EC2_METADATA_DISABLED: "true", ...env },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let said = "";
  for await (const chunk of started.stdout) said += chunk;
  return said.trim();
}

const use = { NODE_USE_ENV_PROXY: "1" };
const knowsFlag = process.allowedNodeEnvironmentFlags.has("--use-env-proxy");

test.each<[string, NodeJS.ProcessEnv, readonly string[], "none" | "plain" | "secure"]>([
  ["a proxy without NODE_USE_ENV_PROXY", {}, [], "none"],
  ["NODE_USE_ENV_PROXY", use, [], "plain"],
  ["--use-env-proxy", knowsFlag ? {} : use, knowsFlag ? ["--use-env-proxy"] : [], "plain"],
  ["NO_PROXY", { ...use, NO_PROXY: "localhost, 127.0.0.1" }, [], "none"],
  ["an https: proxy in lower case", { ...use, https_proxy: "https" }, [], "secure"],
])("%s, in the environment", async (_, env, flags, by) => {
  const ends = await Promise.all(
    httpProviders.map(async ({ name, taken }) => {
      const { port } = await httpFarEnd(taken);
      return [name, `https://127.0.0.1:${port}`] as const;
    }),
  );
  const plain = await connectProxy({ login });
  const secure = await connectProxy({ secure: true });
  const folder = mkdtempSync(join(tmpdir(), "relais-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, testAuthority());
  const vars = {
    NODE_EXTRA_CA_CERTS: ca,
    HTTPS_PROXY: `http://ann:${encodeURIComponent(password)}@127.0.0.1:${plain.port}`,
    ...env,
    ...(env.https_proxy === undefined ? {} : { https_proxy: `https://127.0.0.1:${secure.port}` }),
  };
  const said = await child(vars, Object.fromEntries(ends), flags);
  expect(JSON.parse(said)).toEqual(Object.fromEntries(ends.map(([name]) => [name, "taken"])));
  const hosts = ends.map(([, endpoint]) => new URL(endpoint).host);
  expect(plain.asked).toEqual(by === "plain" ? hosts : []);
  expect(secure.asked).toEqual(by === "secure" ? hosts : []);
});

test.each([false, true])(
  "connections kept through a proxy (https: %s) do not keep the process",
  async (secure) => {
    const ends = await Promise.all(
      httpProviders.map(async ({ name, taken }) => {
        const { port } = await httpFarEnd(taken);
        return [name, `https://127.0.0.1:${port}`] as const;
      }),
    );
    const proxy = await connectProxy({ secure });
    const folder = mkdtempSync(join(tmpdir(), "relais-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, testAuthority());
    const HTTPS_PROXY = `${secure ? "https" : "http"}://127.0.0.1:${proxy.port}`;
    const said = await child(
      { ...use, NODE_EXTRA_CA_CERTS: ca, HTTPS_PROXY },
      Object.fromEntries(ends),
      [],
      "open",
    );
    const [outcomes = "", at] = said.split("\n");
    expect(Object.values(JSON.parse(outcomes))).toEqual(ends.map(() => "taken"));
    expect(Date.now() - Number(at)).toBeLessThan(2_000);
  },
);

test("an endpoint without TLS is also reached by CONNECT, and its connection is pooled", async () => {
  const server = await sesServer();
  onTestFinished(server.close);
  const proxy = await connectProxy({ port: Number(new URL(server.endpoint).port) });
  const provider = made(
    ses({
      region: "eu-west-1",
      endpoint: "http://localstack:4566",
      allowInsecureHttp: true,
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
      proxy: `http://127.0.0.1:${proxy.port}`,
    }),
  );
  for (const _ of [1, 2, 3])
    expect(await attempt(provider)).toMatchObject({ outcome: { success: true }, handOvers: 1 });
  expect(proxy.asked).toEqual(["localstack:4566"]);
  expect([server.connections, server.accepted.length]).toEqual([1, 3]);
});

test("bytes that come with the answer of a proxy are read as the server's", async () => {
  // Whatever comes with the answer of a proxy belongs to the far end.
  const greeter = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () =>
      socket.write("HTTP/1.1 200 OK\r\n\r\nnot TLS at all, and a line long enough to tell"),
    );
  });
  await new Promise<void>((resolve) => greeter.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void greeter.close());
  const { port } = greeter.address() as { port: number };
  for (const { make } of httpProviders) {
    const provider = made(make({ endpoint: "https://api.example", proxy: `http://127.0.0.1:${port}` }));
    expect(await attempt(provider)).toMatchObject({ outcome: { kind: "misconfigured" }, handOvers: 0 });
  }
});
