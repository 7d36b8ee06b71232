import {
  asciiTags,
  type Envelope,
  failer,
  type Message,
  overLimits,
  type Provider,
  type ProviderLimits,
  receipt,
  type SendContext,
  slots,
  untilAborted,
  withCorrelation,
} from "@relais/core/spi";
import { httpProvider, requestProgress } from "@relais/http-client";
import { compile } from "@relais/mime";
import { awsClient, type SesClient } from "./aws-client.ts";
import { classifySesError, type SesDiagnosis } from "./classify-error.ts";
import { checkOptions, type SesOptions } from "./options.ts";
import { verify } from "./verify.ts";

/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html: 10 MB a message "after base64 encoding" by API version 1. */
const maxEncodedBytes: number = 10 * 1024 * 1024;

/** https://docs.aws.amazon.com/ses/latest/dg/mime-types.html: "unsupported attachment types". */
const refusedExtensions = (
  "ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib lnk " +
  "mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi " +
  "msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps " +
  "vsmacros vss vst vsw vxd ws wsc wsf wsh xnk"
).split(" ");

/** What SES takes in one request, by its own pages. */
const limits: ProviderLimits = Object.freeze({
  // The page of the quotas: recipients of one message.
  maxRecipients: 50,
  // Bytes of the MIME message of which the base64 form is as long as SES allows.
  maxBytes: (maxEncodedBytes / 4) * 3,
  attachmentEncoding: "base64",
  // https://docs.aws.amazon.com/ses/latest/APIReference/API_Destination.html: no SMTPUTF8 (RFC 6531).
  smtpUtf8: false,
  // Source has to be a verified identity.
  nullSender: false,
  refusedExtensions: Object.freeze(refusedExtensions),
});

/**
 * A provider that hands messages to Amazon SES (SendRawEmail of its query API), one request an attempt.
 *
 * - At most 50 recipients and 10 MB in base64 a message (`limits`): a chain splits the one and passes SES over for the
 *   other, and without a chain more is `refused` without asking.
 * - A receipt's `messageId` is the one of SES; recipients see it as `<messageId@REGION.amazonses.com>`.
 * - SES takes or refuses a message for all its recipients, so a receipt's `rejected` is always empty.
 * - `handOver` is awaited when the connection stands and all but the last 64 KB have left. A smaller request is not
 *   on the wire at all before it.
 * - Requests have no time limit of their own but the connection's: the signal is the deadline. An abort before the
 *   hand-over is `cancelled`, after it `unknown`, and closes the connection.
 * - The AWS client is loaded with the first message or `verify`.
 *
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it, and shows no value
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html
 */
export function ses(given: SesOptions = {}): Provider {
  const options = checkOptions(given);
  const { id = "SES", tags = {}, maxConnections = 50, maxBytesUnderWay = 20_000_000 } = options;
  const client = awsClient(options);
  // One queue for both bounds: a message weighs its bytes, and at least a connection's share of them.
  const capacity = Math.max(maxBytesUnderWay, maxConnections);
  const lightest = Math.floor(capacity / maxConnections);
  const room = slots(capacity);
  // The AWS client learns how wrong our clock is from the answer that refuses a signature, so its next request is
  // accepted: `transient`. If one signed after that is refused for the same reason, no further one helps.
  let isOffsetKnown = false;
  const redacted = failer(id, client.redact);
  const fail = (diagnosis: SesDiagnosis) => {
    if (diagnosis.key === true) client.forgetCredentials();
    return redacted(diagnosis);
  };

  return httpProvider({
    id,
    limits,
    packageName: "@relais/ses",
    fail,
    async send(message, context) {
      const { envelope, signal } = context;
      const over = overLimits(message, envelope, limits);
      if (over !== undefined) return fail({ kind: "refused", reason: over });
      const leave = await room.take(Math.max(message.contentBytes, lightest), signal);
      if (leave === undefined) return fail({ kind: "cancelled", reason: "given up while waiting in line" });
      try {
        const isSignedWithOffset = isOffsetKnown;
        const result = await send(client, message, envelope, messageTags(tags, message), context);
        if ("messageId" in result) {
          isOffsetKnown = false;
          return receipt({ provider: id, messageId: result.messageId, accepted: envelope.to });
        }
        isOffsetKnown ||= result.clock === true;
        return fail(result.clock && isSignedWithOffset ? { ...result, kind: "misconfigured" } : result);
      } finally {
        leave();
      }
    },
    verify: (signal) => verify(client, id, fail, signal),
    destroy: () => client.destroy(),
  });
}

/** As many as the option and a message may have: the pages of SES name no number. */
const maxTags = 50;

/** The message's own, its id first, and then the provider's. */
function messageTags(own: Readonly<Record<string, string>>, message: Message): Record<string, string> {
  const tags = { ...asciiTags(withCorrelation(message).tags) };
  const names = Object.keys(own).filter((name) => !Object.hasOwn(tags, name));
  const all = [...Object.entries(tags), ...names.map((name) => [name, own[name] ?? ""] as const)];
  return Object.fromEntries(all.slice(0, maxTags));
}

/** The size of the compiled message, which only the provider knows. */
function refuseSize(bytes: number): SesDiagnosis | undefined {
  const encoded = 4 * Math.ceil(bytes / 3);
  if (encoded <= maxEncodedBytes) return undefined;
  return {
    kind: "refused",
    reason: `message too large: ${encoded} bytes in base64; SES takes at most ${maxEncodedBytes}`,
  };
}

// Message ids of SES look like 0102018f5c2d3e4f-6a7b8c9d-…-000000. Entities, HTML and emptiness do not.
const messageIdForm = /^[A-Za-z0-9][A-Za-z0-9._@+=-]{7,199}$/;

async function bytesOf(message: Message): Promise<Uint8Array | SesDiagnosis> {
  try {
    const { bytes } = await compile(message);
    return refuseSize(bytes.length) ?? bytes;
  } catch (error) {
    // SES has nothing to do with this, and no other provider could compile it either.
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "rejected", reason: `the message cannot be compiled: ${why}` };
  }
}

/** One attempt, from the message to its message id at SES, or to what went wrong. Never rejects. */
async function send(
  client: SesClient,
  message: Message,
  envelope: Envelope,
  tags: Readonly<Record<string, string>>,
  { signal, handOver }: SendContext,
): Promise<{ readonly messageId: string } | SesDiagnosis> {
  const progress = requestProgress(handOver);
  try {
    const bytes = await untilAborted(bytesOf(message), signal);
    if ("kind" in bytes) return bytes;
    const email = { bytes, from: envelope.from, to: envelope.to, tags };
    const messageId = await client.sendRaw(email, { signal, progress });
    if (typeof messageId === "string" && messageIdForm.test(messageId)) return { messageId };
    return {
      kind: "unknown",
      reason: "SES answered without a message id",
      code: `HTTP ${progress.status ?? 0}`,
    };
  } catch (error) {
    return classifySesError(error, progress, signal.aborted, client.credentialsErrorPasses);
  }
}
