export { type BodyStream, bodyStream } from "./body-stream.ts";
export { type CompiledMessage, compile } from "./compile.ts";
export { type MessageParts, parts } from "./parts.ts";
