export { type CompiledMessage, compile, precompiled } from "./compile.ts";
