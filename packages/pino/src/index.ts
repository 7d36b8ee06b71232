export type { Level } from "./line.ts";
export { type Logger, type PinoObserver, type PinoOptions, pinoObserver } from "./pino-observer.ts";
export type { WorkerEventLike } from "./worker-line.ts";
