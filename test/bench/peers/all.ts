import { emailSdk, emailSdkContinue } from "./email-sdk.ts";
import { nodemailer } from "./nodemailer.ts";
import { notifme } from "./notifme.ts";
import type { Peer } from "./peer.ts";
import { relais } from "./relais.ts";
import { upyo } from "./upyo.ts";

/** The columns of the comparison, in this order. Another library is a file here, and its name in this list. */
export const peers: readonly Peer[] = [relais, upyo, emailSdk, emailSdkContinue, notifme, nodemailer];
