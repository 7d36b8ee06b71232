import { ConfigurationError, settingsReader } from "../environment/settings-reader.ts";
import { allowedHosts } from "../status/access.ts";
import type { CliContext } from "./cli-context.ts";

/** Where a command serves a page. */
export interface SiteFlags {
  readonly host?: string;
  /** Names by which others reach the page. */
  readonly allowedHost?: readonly string[];
  readonly port?: number;
}

export const localhost = "127.0.0.1";

export const tokenIn = ({ env }: CliContext): string | undefined =>
  settingsReader(env).text("RELAIS_STATUS_TOKEN");

/** @throws {ConfigurationError} others would see the page without a token */
export function checkToken({ host = localhost, allowedHost }: SiteFlags, context: CliContext): void {
  if (allowedHosts(host, allowedHost).localOnly || tokenIn(context) !== undefined) return;
  const flag = allowedHost === undefined ? `--host ${host}` : "--allowed-host";
  throw new ConfigurationError([
    `RELAIS_STATUS_TOKEN is missing: with ${flag} others reach the status page, and must log in with it; without it the page is for 127.0.0.1.`,
  ]);
}

const portFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "is at an address that this machine does not have",
  ENOTFOUND: "is at a host that cannot be found",
};

/** What is wrong with a port that could not be listened on. */
export function portError(error: unknown, host: string, port: number | undefined): ConfigurationError {
  const failure = error as NodeJS.ErrnoException & { port?: number; address?: string };
  const { code = "", port: failedPort = port ?? "", address = host } = failure;
  const fault = portFaults[code] ?? `cannot be opened (${code})`;
  return new ConfigurationError([`The port ${failedPort} on ${address} ${fault}.`]);
}
