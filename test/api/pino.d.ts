// What @relais/pino opens. Written by `npm run api`.

// index.ts
import type { WorkerEvent } from "@relais/core/spi";
export type { Level } from "./line.ts";
export { type Logger, type PinoObserver, type PinoOptions, pinoObserver } from "./pino-observer.ts";
export type WorkerEventLike = WorkerEvent;

// line.ts
export type Level = "debug" | "info" | "warn" | "error";
export interface Line {
    readonly level: Level;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly text: string;
}
export declare const inMs: (ms: number) => number;
export declare const isoTime: (ms: number) => string;
export declare function clean(text: string): string;
export declare function cleanOwn(text: string): string;

// pino-observer.ts
import { type Observer } from "@relais/core/spi";
import type { Level } from "./line.ts";
export interface PinoOptions {
    readonly reasons?: boolean | undefined;
}
export interface PinoObserver extends Observer {
    readonly worker: Observer;
}
export interface Logger {
    debug(fields: object, text: string): unknown;
    info(fields: object, text: string): unknown;
    warn(fields: object, text: string): unknown;
    error(fields: object, text: string): unknown;
    isLevelEnabled?(level: Level): boolean;
}
export declare function pinoObserver(logger: Logger, options?: PinoOptions): PinoObserver;
