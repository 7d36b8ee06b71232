// What @relais/ses and @relais/http share. Internal: it changes without notice.
export { type HttpConnections, httpConnections, throughProxy } from "./connections.ts";
export {
  type About,
  type Diagnosis,
  type Fail,
  failer,
  type Meaning,
  rows,
} from "./failure.ts";
export {
  checkFields,
  connectionFields,
  endpoint,
  type Field,
  type Fields,
  flag,
  id,
  isInsecure,
  kindOf,
  oneOf,
  pluginOptions,
  required,
  shapeOf,
  text,
  textSchema,
  whole,
  withoutNulls,
  type Zod,
  type ZodType,
} from "./fields.ts";
export { holdsStatus, httpStatuses, type StatusRow } from "./http-statuses.ts";
export { type ConnectionRow, classifyError, connectionErrors } from "./network-errors.ts";
export { checkSignal, httpProvider, ofCheck, unhealthy } from "./provider.ts";
export {
  type HttpRequest,
  type HttpResponse,
  type RequestProgress,
  requestProgress,
  sendRequest,
} from "./request.ts";
export { type RetryAfterSource, retryAfterHeader, retryAfterMs } from "./retry-after.ts";
