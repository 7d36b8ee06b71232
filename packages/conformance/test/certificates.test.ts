import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { smtpServer, testAuthority, testCertificate } from "@relais/conformance";
import { expect, test } from "vitest";
import { running } from "./running.ts";

const start = running();

async function outcome(port: number, ca: string | undefined, servername?: string): Promise<string> {
  return new Promise((resolve) => {
    const trust = ca === undefined ? {} : { ca };
    const name = servername === undefined ? {} : { servername };
    const socket = connect({ port, host: "127.0.0.1", ...trust, ...name }, () => {
      resolve("trusted");
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test.each([
  ["good", "trusted", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["expired", "CERT_HAS_EXPIRED", "CERT_HAS_EXPIRED"],
  ["wrongName", "ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["selfSigned", "DEPTH_ZERO_SELF_SIGNED_CERT", "DEPTH_ZERO_SELF_SIGNED_CERT"],
] as const)(
  "a client finds the %s certificate %s, and without the authority %s",
  async (certificate, with_, without) => {
    const { port, ca } = await start(smtpServer({ secure: true, certificate }));
    expect(await outcome(port, ca)).toBe(with_);
    expect(await outcome(port, ca, "localhost")).toBe(with_);
    expect(await outcome(port, undefined)).toBe(without);
  },
);

test("a server that speaks old protocols only is refused", async () => {
  const { port, ca } = await start(smtpServer({ secure: true, maxTlsVersion: "TLSv1.1" }));
  expect(await outcome(port, ca)).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
});

test("certificates are made once, and their fields are right", () => {
  expect(testCertificate("good")).toBe(testCertificate("good"));
  const authority = new X509Certificate(testAuthority());
  const good = new X509Certificate(testCertificate("good").cert);
  expect(authority.ca).toBe(true);
  expect(good.ca).toBe(false);
  expect(good.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1");
  expect(good.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect(good.verify(authority.publicKey)).toBe(true);
  expect(good.checkIssued(authority)).toBe(true);
  expect(new X509Certificate(testCertificate("expired").cert).validToDate.getTime()).toBeLessThan(Date.now());
});
