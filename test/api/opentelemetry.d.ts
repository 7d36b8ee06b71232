// What @relais/opentelemetry opens. Written by `npm run api`.

// index.ts
export { type TracingOptions, tracingObserver } from "./tracing-observer.ts";

// tracing-observer.ts
import { type Tracer } from "@opentelemetry/api";
import { type Observer } from "@relais/core/spi";
export interface TracingOptions {
    readonly tracer?: Tracer | undefined;
}
export declare function tracingObserver(options?: TracingOptions): Observer;
