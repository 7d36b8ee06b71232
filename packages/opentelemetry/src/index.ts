export { type TracingOptions, tracingObserver } from "./tracing-observer.ts";
