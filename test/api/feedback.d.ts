// What @relais/feedback opens. Written by `npm run api`.

// index.ts
export { type ImapRound, type ReceiveFromImapOptions, receiveFromImap, } from "./imap/receive-from-imap.ts";
export { type MailReception, type ReceiveMailOptions, receiveMail } from "./mail/receive-mail.ts";
export type { UnsubscribeView } from "./unsubscribe/page.ts";
export { type UnsubscribeHandler, type UnsubscribeHandlerOptions, unsubscribeHandler, } from "./unsubscribe/unsubscribe-handler.ts";

// imap/receive-from-imap.ts
import { type FeedbackStore, option } from "@relais/core/spi";
declare const fields: {
    provider: option.Field<string, string>;
    verp: option.Field<option.RequiredOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }> & option.OptionalOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>, option.Checked<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>>;
    unsubscribe: option.Field<option.RequiredOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }> & option.OptionalOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>, option.Checked<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>>;
    host: option.Field<string, string> & option.Required;
    port: option.Field<number, number>;
    secure: option.Field<boolean, boolean>;
    auth: option.Field<option.RequiredOptions<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }> & option.OptionalOptions<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }>, option.Checked<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }>> & option.Required;
    mailbox: option.Field<string, string>;
    moveTo: option.Field<string, string>;
    store: option.Field<FeedbackStore, FeedbackStore> & option.Required;
};
export interface ReceiveFromImapOptions extends option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export interface ImapRound {
    readonly mails: number;
    readonly events: number;
}
export declare function receiveFromImap(options: ReceiveFromImapOptions): Promise<ImapRound>;
export {};

// mail/receive-mail.ts
import { type FeedbackEvent, option } from "@relais/core/spi";
export declare const receiveMailFields: {
    provider: option.Field<string, string>;
    verp: option.Field<option.RequiredOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }> & option.OptionalOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>, option.Checked<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>>;
    unsubscribe: option.Field<option.RequiredOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }> & option.OptionalOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>, option.Checked<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>>;
};
export interface ReceiveMailOptions extends option.RequiredOptions<typeof receiveMailFields>, option.OptionalOptions<typeof receiveMailFields> {
}
export interface MailReception {
    readonly events: readonly FeedbackEvent[];
    readonly notice?: string | undefined;
}
export declare function receiveMail(mail: Uint8Array, options?: ReceiveMailOptions): Promise<MailReception>;

// unsubscribe/page.ts
export interface UnsubscribeView {
    readonly state: "ask" | "done" | "invalid" | "failed";
    readonly recipient?: string | undefined;
    readonly stream?: string | undefined;
}
export declare function unsubscribePage(view: UnsubscribeView): string;

// unsubscribe/unsubscribe-handler.ts
import { type FeedbackStore, option } from "@relais/core/spi";
import { type UnsubscribeView } from "./page.ts";
declare const fields: {
    secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    store: option.Field<FeedbackStore, FeedbackStore> & option.Required;
    page: option.Field<(view: UnsubscribeView) => string, (view: UnsubscribeView) => string>;
    onError: option.Field<(error: unknown) => void, (error: unknown) => void>;
};
export interface UnsubscribeHandlerOptions extends option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export type UnsubscribeHandler = (request: Request) => Promise<Response>;
export declare function unsubscribeHandler(options: UnsubscribeHandlerOptions): UnsubscribeHandler;
export {};
