import { definePlugin, option, type Plugin } from "@relais/core/spi";
import { checkOptions, type SesOptions, sesOptions } from "./options.ts";
import { ses } from "./ses.ts";

/** `use: ses` in a configuration. */
export const plugin: Plugin<SesOptions> = definePlugin<SesOptions>({
  name: "ses",
  ...option.forPlugin(sesOptions, checkOptions),
  create: (options, { id }) => ses(id === undefined ? options : { ...options, id }),
  fromEnv: optionsFromEnv,
});

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What `AWS_SES_REGION`, `AWS_SES_ENDPOINT`, `AWS_SES_ALLOW_INSECURE_HTTP`, `AWS_SES_ACCESS_KEY_ID`,
 * `AWS_SES_SECRET_ACCESS_KEY` and `AWS_SES_SESSION_TOKEN` say, unchecked. Beside any of them `AWS_REGION` or
 * `AWS_DEFAULT_REGION` may give the region.
 */
function optionsFromEnv(env: Environment): unknown {
  const read = (name: string): string | undefined => env[`AWS_SES_${name}`]?.trim() || undefined;
  const accessKeyId = read("ACCESS_KEY_ID");
  const secretAccessKey = read("SECRET_ACCESS_KEY");
  const sessionToken = read("SESSION_TOKEN");
  const options = {
    region: read("REGION"),
    endpoint: read("ENDPOINT"),
    allowInsecureHttp: option.flagText(read("ALLOW_INSECURE_HTTP")),
    credentials:
      accessKeyId || secretAccessKey
        ? { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
        : undefined,
  };
  const found = Object.entries(options).filter(([, value]) => value !== undefined);
  if (found.length === 0) return undefined;
  // Where AWS runs the process it names the region itself; every machine of AWS has it, so it describes nothing alone.
  const region = env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim();
  return { ...(region && { region }), ...Object.fromEntries(found) };
}
