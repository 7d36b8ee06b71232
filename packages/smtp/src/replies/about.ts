/**
 * Whom a row of a table is about:
 *
 * - `account`: login, key, pause, quota, plan, our rate; it waits or is mended, and never ends a message for good
 * - `identity`: one sender's address or domain
 * - `message`: content, size, this one mail
 * - `recipient`: an address, a mailbox, or the server behind it
 * - `passing`: the state of a server or a network, which passes
 */
export type About = "account" | "identity" | "message" | "recipient" | "passing";
