// What @relais/mime opens. Written by `npm run api`.

// index.ts
export { type CompiledMessage, compile } from "./compile.ts";
export { type MessageParts, parts } from "./parts.ts";

// compile.ts
import { type Message } from "@relais/core/spi";
export interface CompiledMessage {
    readonly bytes: Buffer;
    readonly messageId: string;
}
export declare function compile(message: Message): Promise<CompiledMessage>;

// parts.ts
import { type Alternative, type Attachment, type CalendarEvent, type Message } from "@relais/core/spi";
export interface MessageParts {
    readonly text?: string;
    readonly html?: string;
    readonly alternatives: readonly Alternative[];
    readonly icalEvent?: CalendarEvent;
    readonly attachments: readonly Attachment[];
}
export declare function parts(message: Message): Promise<MessageParts>;
