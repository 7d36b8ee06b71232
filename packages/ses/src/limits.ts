import type { ProviderLimits } from "@relais/core/spi";

/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html: 10 MB a message "after base64 encoding" by API version 1. */
export const maxEncodedBytes: number = 10 * 1024 * 1024;

/** https://docs.aws.amazon.com/ses/latest/dg/mime-types.html: "unsupported attachment types". */
const refusedExtensions = (
  "ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib lnk " +
  "mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi " +
  "msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps " +
  "vsmacros vss vst vsw vxd ws wsc wsf wsh xnk"
).split(" ");

/** What SES takes in one request, by its own pages. */
export const limits: ProviderLimits = Object.freeze({
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
