// What @relais/pino opens. Written by `npm run api`.

// index.ts
export type { Level } from "./line.ts";
export { type Logger, type PinoObserver, type PinoOptions, pinoObserver } from "./pino-observer.ts";
export type { WorkerEventLike } from "./worker-line.ts";

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
import { type RelaisEvent } from "@relais/core/spi";
import type { Level } from "./line.ts";
import { type WorkerEventLike } from "./worker-line.ts";
export interface PinoOptions {
    readonly reasons?: boolean | undefined;
}
export interface PinoObserver {
    (event: RelaisEvent | WorkerEventLike): void;
    readonly worker: (event: WorkerEventLike) => void;
}
export interface Logger {
    debug(fields: object, text: string): unknown;
    info(fields: object, text: string): unknown;
    warn(fields: object, text: string): unknown;
    error(fields: object, text: string): unknown;
    isLevelEnabled?(level: Level): boolean;
}
export declare function pinoObserver(logger: Logger, options?: PinoOptions): PinoObserver;

// worker-line.ts
import { type Line } from "./line.ts";
export interface WorkerEventLike {
    readonly type: string;
    readonly at: number;
    readonly message?: string | undefined;
    readonly tenant?: string | undefined;
    readonly state?: string | undefined;
    readonly provider?: string | undefined;
    readonly error?: string | undefined;
    readonly notBefore?: number | undefined;
    readonly ms?: number | undefined;
    readonly during?: string | undefined;
}
export declare function workerLine(event: WorkerEventLike, reasons: boolean): Line;
export declare function isWorkerEvent(event: {
    readonly type: string;
}): event is WorkerEventLike;
