// What @relais/mime opens. Written by `npm run api`.

// index.ts
export { type CompiledMessage, compile, precompiled } from "./compile.ts";
export { headerLines, withoutBcc } from "./header-lines.ts";

// compile.ts
import type { Message } from "@relais/core/spi";
export interface CompiledMessage {
    readonly bytes: Buffer;
    readonly messageId: string;
}
export declare function compile(message: Message): Promise<CompiledMessage>;
export declare function precompiled(message: Message, bytes: Buffer): void;

// header-lines.ts
export declare function headerLines(bytes: Buffer): readonly (readonly [name: string, value: string])[];
export declare function withoutBcc(bytes: Buffer): Buffer;
