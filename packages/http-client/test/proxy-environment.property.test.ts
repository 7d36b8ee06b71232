import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { httpConnections } from "../src/connections.ts";
import { type ProxyEnvironment, proxyFromEnvironment, type Target } from "../src/proxy.ts";

const target = (host: string, secure = true, port = secure ? 443 : 80): Target => ({ secure, host, port });

describe("the proxy for a target", () => {
  test.each<[ProxyEnvironment, Target, string | undefined]>([
    [{}, target("api.example"), undefined],
    [{ HTTPS_PROXY: "http://p:1" }, target("api.example"), "http://p:1"],
    [{ HTTPS_PROXY: "http://p:1" }, target("api.example", false), undefined],
    [{ HTTP_PROXY: "http://p:1" }, target("api.example"), undefined],
    [{ HTTP_PROXY: "http://p:1" }, target("api.example", false), "http://p:1"],
    [{ HTTPS_PROXY: "http://p:1", https_proxy: "https://q:2" }, target("api.example"), "https://q:2"],
    [{ HTTPS_PROXY: "socks5://p:1" }, target("api.example"), undefined],
    [{ HTTPS_PROXY: "p:1" }, target("api.example"), undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "a.example, *" }, target("api.example"), undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "*", no_proxy: "a" }, target("api.example"), "http://p:1"],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "API.example:443" }, target("api.EXAMPLE"), undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0-10.0.0.255" }, target("10.0.0.9"), undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0-10.0.0.255" }, target("10.0.1.9"), "http://p:1"],
  ])("%j, %j: %s", (env, to, url) => {
    expect(proxyFromEnvironment(env, to)).toBe(url);
  });

  /** What Node would do itself; `undefined` where this Node does not know proxies (before 22.21). */
  function nodeUsesProxy(env: ProxyEnvironment, { secure, host, port }: Target): boolean | undefined {
    const options = { keepAlive: false, proxyEnv: env };
    const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
    const key = Object.getOwnPropertySymbols(agent).find(({ description }) => description === "kProxyConfig");
    if (key === undefined) return Object.keys(env).length === 0 ? false : undefined;
    const config = (
      agent as unknown as Record<symbol, { shouldUseProxy(host: string, port: number): boolean }>
    )[key];
    return config?.shouldUseProxy(host, port) ?? false;
  }

  test("is the one that Node would take", () => {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const label = fc.constantFrom("a", "b", "example", "com", "mail");
    const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
    const ip = fc.tuple(fc.constantFrom(9, 10), fc.nat(2), fc.nat(3)).map(([a, b, c]) => `${a}.0.${b}.${c}`);
    const host = fc.oneof(name, ip, fc.constantFrom("::1", "localhost"));
    const port = fc.constantFrom(443, 80, 8443);
    const entry = fc.oneof(
      host,
      name.map((one) => `.${one}`),
      name.map((one) => `*.${one}`),
      name.map((one) => `*${one}`),
      fc.tuple(host, port).map(([one, at]) => `${one}:${at}`),
      fc.tuple(ip, ip).map(([from, to]) => `${from} - ${to}`),
      // A dot alone is every host to Node 22, and none to later ones.
      fc.constantFrom("*", "", "-", "10.0.0.0/8", ...(major < 24 ? [] : ["."])),
    );
    const text = fc.array(entry, { maxLength: 3 }).map((list) => list.join(", "));
    const maybe = (values: fc.Arbitrary<string>) => fc.option(values, { nil: undefined });
    const proxy = maybe(fc.constantFrom("http://p:1", "https://p:2", "socks5://p:3", "p:4", ""));
    const env = fc.record({
      http_proxy: proxy,
      HTTP_PROXY: proxy,
      https_proxy: proxy,
      HTTPS_PROXY: proxy,
      no_proxy: maybe(text),
      NO_PROXY: maybe(text),
    });
    let compared = 0;
    fc.assert(
      fc.property(env, host, port, fc.boolean(), (given, to, at, secure) => {
        const where = target(to, secure, at);
        const node = nodeUsesProxy(given, where);
        if (node !== undefined) compared += 1;
        if (node !== undefined) expect(proxyFromEnvironment(given, where) !== undefined).toBe(node);
      }),
      { numRuns: 2_000 },
    );
    if (major > 24 || (major === 24 && minor >= 5)) expect(compared).toBe(2_000);
  });
});

describe("secrets of proxies", () => {
  const password = "s3cret-pass";
  const variables = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "NO_PROXY",
    "NODE_USE_ENV_PROXY",
  ];
  const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test.each(["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"])(
    "a login in %s is one, whatever NO_PROXY says",
    (name) => {
      for (const noProxy of [undefined, "", "*", "example.com, "]) {
        for (const one of variables) delete process.env[one];
        process.env.NODE_USE_ENV_PROXY = "1";
        process.env[name] = `http://ann:${password}@127.0.0.1:9`;
        if (noProxy !== undefined) process.env.NO_PROXY = noProxy;
        const connections = httpConnections({ maxConnections: 1, connectionTimeoutMs: 100 });
        expect(connections.secrets).toContain(password);
        connections.destroy();
      }
    },
  );
});
