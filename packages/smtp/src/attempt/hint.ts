import { isIP } from "node:net";
import { isLoopback } from "@relais/core/spi";
import type { Settings } from "../options/settings.ts";
import { explainReply } from "../replies/explain-reply.ts";
import { type Evidence, phaseOf } from "../replies/parse-error.ts";

/** A server in the same machine, container group or house, which often has a certificate of its own. */
function isNear(host: string): boolean {
  if (isLoopback(host)) return true;
  if (isIP(host) === 4) return /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(host);
  return isIP(host) === 0 && (!host.includes(".") || /\.(?:local|internal|lan|home\.arpa)$/i.test(host));
}

const certificate = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_)/;

/** What to do about a failure, where a setting of ours is the likely cause; goes behind its reason. */
export function hint(settings: Settings, found: Evidence): string | undefined {
  const { code, originalCode = code, response } = found;
  const phase = phaseOf(found);
  const ofName =
    response !== undefined &&
    ((phase === "ehlo" && /^(?:421|5)/.test(response)) ||
      explainReply(response, phase ?? "greeting")?.phrase?.means === "name-refused");
  if (ofName) {
    return settings.name === undefined
      ? "(if it is our name that is refused: name, SMTP_NAME, sets the one in EHLO)"
      : "(the name in EHLO is that of the option name, SMTP_NAME)";
  }
  if (!settings.secure && isNear(settings.host) && certificate.test(originalCode ?? "")) {
    return isLoopback(settings.host)
      ? "(ignoreTLS: true, SMTP_IGNORE_TLS=true, does without TLS on this machine)"
      : "(for a server of your own: tls.ca, or ignoreTLS: true, SMTP_IGNORE_TLS=true, which goes without TLS)";
  }
  return undefined;
}
