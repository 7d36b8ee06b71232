export type { Level } from "./line.ts";
export type { Logger } from "./logger.ts";
export { type PinoObserver, type PinoOptions, pinoObserver } from "./pino-observer.ts";
export type { WorkerHappening } from "./worker-line.ts";
