// What @relais/ses and @relais/http share. Internal: it changes without notice.
export { type HttpConnections, httpConnections, throughProxy } from "./connections.ts";
export { type About, type Meaning, rows } from "./failure.ts";
export { holdsStatus, httpStatuses, type StatusRow } from "./http-statuses.ts";
export { type ConnectionRow, classifyError, connectionErrors } from "./network-errors.ts";
export {
  type ConnectionOptions,
  connectionFields,
  connectionTimeoutMs,
  endpoint,
  isInsecure,
  maxConnections,
} from "./options.ts";
export { checkSignal, httpProvider, ofCheck } from "./provider.ts";
export {
  type HttpRequest,
  type HttpResponse,
  type RequestProgress,
  requestProgress,
  sendRequest,
} from "./request.ts";
export { type RetryAfterSource, retryAfterHeader, retryAfterMs } from "./retry-after.ts";
