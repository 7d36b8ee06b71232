export { type CompiledMessage, compile, precompiled } from "./compile.ts";
export { headerLines, withoutBcc } from "./header-lines.ts";
