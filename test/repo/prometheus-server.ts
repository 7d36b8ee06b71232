import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

/** One series of an answer, with its newest value. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the value as text. */
  readonly value: readonly [number, string];
}

export interface PrometheusServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** @throws {Error} what Prometheus says is wrong with the query */
  query(promql: string): Promise<readonly Sample[]>;
  /** Asks until there is something that suits. @throws {Error} with what was there last */
  until(
    promql: string,
    suits?: (samples: readonly Sample[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly Sample[]>;
  /** Names of the alerts that fire now. */
  firing(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface PrometheusServerOptions {
  /** `127.0.0.1:PORT` of each that is scraped, every second. */
  readonly targets: readonly string[];
  /** Text of a file of rules, evaluated every second. */
  readonly rules?: string;
}

/** The real Prometheus of this machine, with data of its own in a new folder. */
export async function prometheusServer({
  targets,
  rules,
}: PrometheusServerOptions): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), "relais-prometheus-"));
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    ...(rules === undefined ? {} : { rule_files: ["rules.yml"] }),
    scrape_configs: [{ job_name: "relais", static_configs: [{ targets }] }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  if (rules !== undefined) writeFileSync(join(folder, "rules.yml"), rules);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    "prometheus",
    [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  const closed = once(child, "close");
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (!isOver()) child.kill("SIGTERM");
    await closed;
    rmSync(folder, { recursive: true, force: true });
  };

  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(url + path, { signal: AbortSignal.timeout(10_000) });
    const { status, data, error } = (await answer.json()) as Record<string, unknown>;
    if (status !== "success") throw new Error(String(error));
    return data;
  };
  const query = async (promql: string): Promise<readonly Sample[]> => {
    const data = await ask(`/api/v1/query?query=${encodeURIComponent(promql)}`);
    return (data as { readonly result: readonly Sample[] }).result;
  };

  for (const end = Date.now() + 30_000; ; await sleep(100)) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) break;
    if (isOver() || Date.now() > end) {
      await stop();
      throw new Error(`prometheus did not begin: ${said}`);
    }
  }
  return {
    url,
    query,
    async until(promql, suits = (samples) => samples.length > 0, timeoutMs = 30_000) {
      for (const end = Date.now() + timeoutMs; ; await sleep(250)) {
        const samples = await query(promql);
        if (suits(samples)) return samples;
        if (Date.now() > end) throw new Error(`${promql}: it stayed ${JSON.stringify(samples)}`);
      }
    },
    async firing() {
      const { alerts } = (await ask("/api/v1/alerts")) as {
        readonly alerts: readonly { readonly state: string; readonly labels: Record<string, string> }[];
      };
      return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname ?? "");
    },
    stop,
  };
}
