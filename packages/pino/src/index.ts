import type { WorkerEvent } from "@relais/core/spi";

export type { Level } from "./line.ts";
export { type Logger, type PinoObserver, type PinoOptions, pinoObserver } from "./pino-observer.ts";
/** @deprecated `WorkerEvent` of `@relais/core` */
export type WorkerEventLike = WorkerEvent;
