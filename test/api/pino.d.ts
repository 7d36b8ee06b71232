// What @relais/pino opens. Written by `npm run api`.

// index.ts
export type { Level } from "./line.ts";
export type { Logger } from "./logger.ts";
export { type PinoObserver, type PinoOptions, pinoObserver } from "./pino-observer.ts";
export type { WorkerHappening } from "./worker-line.ts";

// line.ts
export type Level = "debug" | "info" | "warn" | "error";
export interface Line {
    readonly level: Level;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly text: string;
}
export declare const inMs: (ms: number) => number;

// logger.ts
import type { Level, Line } from "./line.ts";
export interface Logger {
    debug(fields: object, text: string): unknown;
    info(fields: object, text: string): unknown;
    warn(fields: object, text: string): unknown;
    error(fields: object, text: string): unknown;
    isLevelEnabled?(level: Level): boolean;
}
export declare function checkLogger(logger: unknown): asserts logger is Logger;
export declare function isOn(logger: Logger, level: Level): boolean;
export declare function write(logger: Logger, { level, fields, text }: Line): void;

// pino-observer.ts
import { type RelaisEvent } from "@relais/core/spi";
import { type Logger } from "./logger.ts";
import { type WorkerHappening } from "./worker-line.ts";
export interface PinoOptions {
    readonly reasons?: boolean | undefined;
}
export interface PinoObserver {
    (event: RelaisEvent): void;
    readonly worker: (event: WorkerHappening) => void;
}
export declare function pinoObserver(logger: Logger, options?: PinoOptions): PinoObserver;

// worker-line.ts
import { type Line } from "./line.ts";
export interface WorkerHappening {
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
export declare function workerLine(event: WorkerHappening, reasons: boolean): Line;
