import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sesServer } from "@relais/conformance";
import { afterAll, describe, expect, test } from "vitest";
import { connectProxy, type ProxyFault } from "../../smtp/test/connect-proxy.ts";

const key = {
  AccessKeyId: "AKIDEXAMPLE",
  SecretAccessKey: "secret",
  Token: "session-t0ken",
  Expiration: new Date(Date.now() + 3_600_000).toISOString(),
};
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const status =
  (code: number): Answer =>
  (_, response) =>
    response.writeHead(code, { "content-type": "application/json" }).end('{"message":"words"}');
const json =
  (body: unknown): Answer =>
  (_, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
const hangUp: Answer = (request) => request.socket.destroy();
const good = json(key);

// At the end of all: tests at once have no `onTestFinished` of their own.
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

/** An endpoint for credentials on 127.0.0.1: its first answers, then the last of them for good. */
async function endpoint(...answers: readonly Answer[]): Promise<string> {
  let n = 0;
  const server = createServer((request, response) => {
    answers[Math.min(n++, answers.length - 1)]?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const nobody = "http://127.0.0.1:1";
const script = new URL("./send-with-environment.ts", import.meta.url).pathname;

/** Two attempts of a process with this environment and nothing else: the AWS client reads it once. */
async function attempts(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const far = await sesServer({
    credentials: { AKIDEXAMPLE: { secretAccessKey: "secret", sessionToken: "session-t0ken" } },
  });
  const home = await mkdtemp(join(tmpdir(), "relais-ses-"));
  cleanups.push(async () => {
    await far.close();
    await rm(home, { recursive: true });
  });
  const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
  const own = { PATH, NODE_COMPILE_CACHE, HOME: home, FAR: far.endpoint, AWS_EC2_METADATA_DISABLED: "true" };
  const args = ["--conditions=@relais/source", "--no-warnings", script];
  const said = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { env: { ...own, ...env } }, (failed, out) =>
      failed ? reject(failed) : resolve(out),
    );
  });
  expect(said).not.toContain("session-t0ken");
  return said.trim().split("\n");
}

async function profile(text: string): Promise<Record<string, string>> {
  const home = await mkdtemp(join(tmpdir(), "relais-profile-"));
  cleanups.push(() => rm(home, { recursive: true }));
  await writeFile(join(home, "config"), text);
  return { AWS_CONFIG_FILE: join(home, "config"), AWS_SHARED_CREDENTIALS_FILE: join(home, "none") };
}

/** A role as a pod of EKS has it. */
async function webIdentity(): Promise<Record<string, string>> {
  const home = await profile("");
  const token = join(home.AWS_CONFIG_FILE as string, "..", "token");
  await writeFile(token, "web-t0ken");
  return {
    ...home,
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/shop",
    AWS_REGION: "eu-west-1",
    AWS_MAX_ATTEMPTS: "1",
  };
}

const container = (url: string) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials` });
const instance = (url: string) => ({
  AWS_EC2_METADATA_DISABLED: "false",
  AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
});
/** The client asks a container's endpoint five times in a round. */
const round = (answer: Answer): readonly Answer[] => Array.from({ length: 5 }, () => answer);

describe.concurrent("a credentials endpoint that fails is no wrong configuration", () => {
  test.each([
    ["500", status(500)],
    ["503", status(503)],
    ["429", status(429)],
    ["no answer", hangUp],
  ])("a container's: %s, then keys", async (_, bad) => {
    const url = await endpoint(...round(bad), good);
    expect(await attempts(container(url))).toEqual(["transient", "sent"]);
  });

  test("a container's: nobody listens", async () => {
    expect(await attempts(container(nobody))).toEqual(["transient", "transient"]);
  });

  test.each([
    ["500", status(500)],
    ["no answer", hangUp],
  ])("an instance's: %s", async (_, bad) => {
    expect(await attempts(instance(await endpoint(bad)))).toEqual(["transient", "transient"]);
  });

  test("an instance's: nobody listens at the address that was given", async () => {
    expect(await attempts(instance(nobody))).toEqual(["transient", "transient"]);
  });

  test.each([
    ["500", status(500)],
    ["no answer", hangUp],
  ])("of STS: %s", async (_, bad) => {
    const env = { ...(await webIdentity()), AWS_ENDPOINT_URL_STS: await endpoint(bad) };
    expect(await attempts(env)).toEqual(["transient", "transient"]);
  });

  test("a process that fails", async () => {
    const env = await profile("[default]\ncredential_process = /bin/false\n");
    expect(await attempts(env)).toEqual(["transient", "transient"]);
  });
});

// One after the other: the proxy ends with its test.
describe("a proxy that fails is no wrong configuration", () => {
  test.each<[ProxyFault, string]>([
    [{ status: 502 }, "transient"],
    ["close", "transient"],
    [{ status: 407 }, "misconfigured"],
  ])("of STS, through the same proxy as SES, which does not connect: %j", async (fault, kind) => {
    const proxy = await connectProxy({ fault });
    const env = {
      ...(await webIdentity()),
      NODE_USE_ENV_PROXY: "1",
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    };
    expect(await attempts(env)).toEqual([kind, kind]);
    expect(new Set(proxy.asked)).toEqual(new Set(["sts.eu-west-1.amazonaws.com:443"]));
  });
});

describe.concurrent("what is configured wrong stays wrong", () => {
  test("nothing is configured", async () => {
    expect(await attempts({})).toEqual(["misconfigured", "misconfigured"]);
  });

  test("a container's endpoint does not know us", async () => {
    const url = await endpoint(status(403));
    expect(await attempts(container(url))).toEqual(["misconfigured", "misconfigured"]);
  });

  test("an address that is none of a container's", async () => {
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://credentials.example/v1" };
    expect(await attempts(env)).toEqual(["misconfigured", "misconfigured"]);
  });

  test("an instance without a role", async () => {
    const url = await endpoint((request, response) =>
      request.method === "PUT" ? response.end("token") : status(404)(request, response),
    );
    expect(await attempts(instance(url))).toEqual(["misconfigured", "misconfigured"]);
  });

  test("a process that is not there", async () => {
    const env = await profile("[default]\ncredential_process = /nowhere/at-all\n");
    expect(await attempts(env)).toEqual(["misconfigured", "misconfigured"]);
  });

  test("a profile that is not there", async () => {
    const env = { ...(await profile("[other]\nregion = eu-west-1\n")), AWS_PROFILE: "shop" };
    expect(await attempts(env)).toEqual(["misconfigured", "misconfigured"]);
  });
});
