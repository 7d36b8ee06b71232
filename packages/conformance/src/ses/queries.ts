import type { SesAccount } from "./account.ts";
import { escapeXml, responseXml, type SesAnswer, sesError } from "./answer.ts";
import { members } from "./form.ts";

/** Answers the actions that only ask. */
export function answerQuery(
  action: string,
  parameters: ReadonlyMap<string, string>,
  account: SesAccount,
): SesAnswer {
  const contents = query(action, parameters, account);
  if (contents !== undefined) return { xml: responseXml(action, contents) };
  if (action === "") return { error: sesError("MissingAction", "Missing Action") };
  return { error: sesError("InvalidAction", `Could not find operation ${action} for version 2010-12-01`) };
}

function query(
  action: string,
  parameters: ReadonlyMap<string, string>,
  account: SesAccount,
): string | undefined {
  const { quota } = account;
  switch (action) {
    case "GetSendQuota":
      return (
        `<Max24HourSend>${decimal(quota.max24HourSend)}</Max24HourSend>` +
        `<MaxSendRate>${decimal(quota.maxSendRate)}</MaxSendRate>` +
        `<SentLast24Hours>${decimal(quota.sentLast24Hours)}</SentLast24Hours>`
      );
    case "GetAccountSendingEnabled":
      return `<Enabled>${account.sendingEnabled}</Enabled>`;
    case "GetSendStatistics":
      return "<SendDataPoints/>";
    case "ListIdentities": {
      const wanted = parameters.get("IdentityType");
      const kind = (identity: string): string => (identity.includes("@") ? "EmailAddress" : "Domain");
      const all = identities(account).filter((identity) => wanted === undefined || kind(identity) === wanted);
      return `<Identities>${all.map((identity) => `<member>${escapeXml(identity)}</member>`).join("")}</Identities>`;
    }
    case "GetIdentityVerificationAttributes": {
      const known = members(parameters, "Identities").filter(
        (identity) => account.verified === "everything" || account.verified.includes(identity),
      );
      const entries = known.map(
        (identity) =>
          `<entry><key>${escapeXml(identity)}</key><value><VerificationStatus>Success</VerificationStatus></value></entry>`,
      );
      return `<VerificationAttributes>${entries.join("")}</VerificationAttributes>`;
    }
    default:
      return undefined;
  }
}

function identities(account: SesAccount): readonly string[] {
  return account.verified === "everything" ? [] : account.verified;
}

// SES writes its doubles with a fraction: 200.0.
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
