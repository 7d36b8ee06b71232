import { subscribe, unsubscribe } from "node:diagnostics_channel";

// Of containers (ECS, EKS Pod Identity) and of instances:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
const fixedHosts = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "169.254.169.254", "fd00:ec2::254"];
const named = ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_SERVICE_ENDPOINT"];

/** Node says here how requests of `node:http` end (https://nodejs.org/api/diagnostics_channel.html#http). */
const channel = "http.client.response.finish";

interface Finished {
  readonly request?: { readonly host?: unknown };
  readonly response?: { readonly statusCode?: unknown };
}

/** Hears how credentials endpoints answer, which the AWS client keeps to itself. */
export interface EndpointWatch {
  /** The statuses so far. */
  stop(): readonly number[];
}

function hostsOf(env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const own = named.flatMap((name) => {
    const url = env[name] ?? "";
    return URL.canParse(url) ? [new URL(url).hostname.replace(/^\[(.*)\]$/, "$1")] : [];
  });
  return new Set([...fixedHosts, ...own]);
}

export function endpointWatch(env: NodeJS.ProcessEnv): EndpointWatch {
  const hosts = hostsOf(env);
  const statuses: number[] = [];
  const hear = (message: unknown): void => {
    const { request, response } = message as Finished;
    if (typeof request?.host !== "string" || !hosts.has(request.host)) return;
    if (typeof response?.statusCode === "number" && statuses.length < 20) statuses.push(response.statusCode);
  };
  subscribe(channel, hear);
  return {
    stop() {
      unsubscribe(channel, hear);
      return statuses;
    },
  };
}
