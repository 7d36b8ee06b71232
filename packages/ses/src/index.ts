export { type About, type ConnectionRow, connectionErrors, type StatusRow } from "@relais/http-client";
export { explainSesError, httpStatuses, type SesError, sesErrors } from "./errors.ts";
export type { SesCredentials, SesOptions } from "./options.ts";
export { plugin as default } from "./plugin.ts";
export { ses } from "./ses.ts";
