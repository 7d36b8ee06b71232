import { version } from "./version.ts";

// A package is an ES module and CommonJS. Node.js gives both kinds of program the same one; but a loader that knows no
// `module-sync` (Jest, Node.js with --no-require-module) loads two copies where both are asked for.

/** One value for all copies of this version in the process. */
export function sharedByCopies<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`relais ${version} ${name}`);
  const shared = globalThis as { [key: symbol]: T | undefined };
  shared[key] ??= make();
  return shared[key];
}

/** `instanceof` recognizes instances of the same class of another copy. */
export function recognizeCopies(type: { readonly prototype: Error }, name: string): void {
  const key = Symbol.for(`relais ${name}`);
  const isInstance = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(type.prototype, key, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== type) return isInstance.call(this, value); // a class derived from it
      return typeof value === "object" && value !== null && key in value;
    },
  });
}
