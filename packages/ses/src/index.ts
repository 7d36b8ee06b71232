export { type ConnectionRow, connectionErrors } from "./connection-errors.ts";
export { explainSesError } from "./explain-ses-error.ts";
export { httpStatuses, type StatusRow } from "./http-statuses.ts";
export { plugin as default } from "./plugin.ts";
export { ses } from "./ses.ts";
export type { About, SesError } from "./ses-error.ts";
export { sesErrors } from "./ses-errors.ts";
export type { SesCredentials, SesOptions } from "./ses-options.ts";
