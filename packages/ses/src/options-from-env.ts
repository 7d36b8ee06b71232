type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What `AWS_SES_REGION`, `AWS_SES_ENDPOINT`, `AWS_SES_ACCESS_KEY_ID`, `AWS_SES_SECRET_ACCESS_KEY` and
 * `AWS_SES_SESSION_TOKEN` say, unchecked.
 */
export function optionsFromEnv(env: Environment): unknown {
  const read = (name: string): string | undefined => env[`AWS_SES_${name}`]?.trim() || undefined;
  const accessKeyId = read("ACCESS_KEY_ID");
  const secretAccessKey = read("SECRET_ACCESS_KEY");
  const sessionToken = read("SESSION_TOKEN");
  const options = {
    region: read("REGION"),
    endpoint: read("ENDPOINT"),
    credentials:
      accessKeyId || secretAccessKey
        ? { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
        : undefined,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
