import { broken, lost, type Row, taken } from "./row.ts";

const required = { requireTLS: true };

export const tlsRows: readonly Row[] = [
  {
    fault: "starttls self-signed CA untrusted",
    server: { starttls: true },
    options: required,
    ...broken,
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    reason: /unknown authority/,
  },
  {
    fault: "starttls wrong name",
    server: { starttls: true, certificate: "wrongName" },
    options: ({ ca }) => ({ requireTLS: true, tls: { ca } }),
    ...broken,
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  },
  {
    fault: "starttls expired",
    server: { starttls: true, certificate: "expired" },
    options: ({ ca }) => ({ requireTLS: true, tls: { ca } }),
    ...broken,
    code: "CERT_HAS_EXPIRED",
    reason: /expired/,
  },
  {
    fault: "starttls good",
    server: { starttls: true },
    options: ({ ca }) => ({ requireTLS: true, tls: { ca } }),
    ...taken,
  },
  {
    fault: "starttls 454 refused",
    server: { starttls: true, script: { starttls: { reply: "454 4.7.0 TLS not available" } } },
    options: required,
    ...lost,
    code: "454 4.7.0",
  },
  { fault: "starttls not offered, requireTLS", options: required, ...broken, code: /^50[02]/ },
  // With our defaults a host that is not loopback, or a login, asks for TLS: what was stripped is missed.
  {
    fault: "starttls stripped, default opts (DOWNGRADE, sends in clear)",
    server: { auth: { users: { ann: "sesame-42" } } },
    options: { auth: { user: "ann", pass: "sesame-42" }, requireTLS: undefined },
    ...broken,
    code: /^50[02]/,
  },
  {
    fault: "starttls drop during handshake",
    server: { starttls: true, script: { tls: { drop: true } } },
    options: required,
    ...lost,
  },
  {
    fault: "starttls: 220, then plaintext instead of TLS",
    server: { starttls: true, script: { tls: { raw: "250 hello in clear\r\n" } } },
    options: required,
    ...broken,
    code: /^ERR_SSL_/,
  },
  {
    fault: "secure:true to plaintext port",
    options: { secure: true },
    ...broken,
    code: "ERR_SSL_WRONG_VERSION_NUMBER",
    reason: /no TLS on this port/,
  },
  {
    fault: "implicit TLS untrusted",
    server: { secure: true },
    options: { secure: true },
    ...broken,
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  },
  {
    fault: "implicit TLS only old proto",
    server: { secure: true, maxTlsVersion: "TLSv1.1" },
    options: ({ ca }) => ({ secure: true, tls: { ca } }),
    ...broken,
    code: /^(?:ERR_SSL_|EPROTO|ECONNRESET)/,
  },
  {
    fault: "plaintext client to implicit TLS port",
    server: { secure: true },
    options: { secure: false },
    ...broken,
    code: "ETLSPORT",
    reason: /this port speaks TLS: set secure: true \(SMTP_SECURE=true\)/,
    connections: 2,
  },
];
