export { type CompiledMessage, compile } from "./compile.ts";
