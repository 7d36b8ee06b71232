import type { Provider } from "@relais/core";
import { isLoopback } from "@relais/core/spi";
import plugin from "@relais/ses";
import { providerFromEnv } from "./provider-from-env.ts";
import type { SettingsReader } from "./settings-reader.ts";

const names = [
  "AWS_SES_REGION",
  "AWS_SES_ACCESS_KEY_ID",
  "AWS_SES_SECRET_ACCESS_KEY",
  "AWS_SES_SESSION_TOKEN",
  "AWS_SES_ENDPOINT",
  "AWS_SES_ALLOW_INSECURE_HTTP",
];

/** The SES provider that the environment describes; `undefined` if it describes none, or a wrong one. */
export function sesFromEnv(read: SettingsReader): Provider | undefined {
  const accessKeyId = read.text("AWS_SES_ACCESS_KEY_ID");
  const secretAccessKey = read.text("AWS_SES_SECRET_ACCESS_KEY")?.trim();
  const sessionToken = read.text("AWS_SES_SESSION_TOKEN")?.trim();
  const sesRegion = read.text("AWS_SES_REGION");
  const endpoint = read.text("AWS_SES_ENDPOINT");
  const allowInsecureHttp = read.flag("AWS_SES_ALLOW_INSECURE_HTTP");
  if (!names.some((name) => read.has(name))) return undefined;
  if (read.has("AWS_SES_ACCESS_KEY_ID")) {
    if (!read.has("AWS_SES_SECRET_ACCESS_KEY"))
      read.problem(
        `AWS_SES_ACCESS_KEY_ID is set, but AWS_SES_SECRET_ACCESS_KEY is not${read.near("AWS_SES_SECRET_ACCESS_KEY")}.`,
      );
  } else {
    const set = ["AWS_SES_SECRET_ACCESS_KEY", "AWS_SES_SESSION_TOKEN"].find((name) => read.has(name));
    if (set !== undefined)
      read.problem(`${set} is set, but AWS_SES_ACCESS_KEY_ID is not${read.near("AWS_SES_ACCESS_KEY_ID")}.`);
  }
  // AWS sets these two for the processes that it runs.
  const region = sesRegion ?? read.text("AWS_REGION") ?? read.text("AWS_DEFAULT_REGION");
  if (region === undefined && !read.has("AWS_SES_REGION"))
    read.problem(
      `AWS_SES_REGION is missing: SES needs a region, as in eu-west-1${read.near("AWS_SES_REGION")}.`,
    );
  if (allowInsecureHttp !== true && isClearText(endpoint)) {
    read.problem(
      "AWS_SES_ENDPOINT must begin with https://: without TLS the mail could be read on its way. Where it may, as on the " +
        "way to LocalStack in a Compose network, set AWS_SES_ALLOW_INSECURE_HTTP=true beside it.",
    );
    return undefined;
  }

  const environment = {
    AWS_SES_REGION: region,
    AWS_SES_ENDPOINT: endpoint,
    AWS_SES_ALLOW_INSECURE_HTTP: allowInsecureHttp?.toString(),
    // Without both: the default chain of the AWS client, a role or a profile.
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        AWS_SES_ACCESS_KEY_ID: accessKeyId,
        AWS_SES_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SES_SESSION_TOKEN: sessionToken,
      }),
  };
  return providerFromEnv(plugin, environment, read, {
    prefix: "AWS_SES",
    login: names,
    others: ["AWS_REGION", "AWS_DEFAULT_REGION"],
  });
}

/** Whether an endpoint is on another machine and without TLS. */
function isClearText(endpoint: string | undefined): boolean {
  const url = endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  return url?.protocol === "http:" && !isLoopback(url.hostname);
}
