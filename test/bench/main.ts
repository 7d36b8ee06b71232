import { chainCost } from "./chain-cost.ts";

for (const { name, us, bytes } of await chainCost())
  console.log(name.padEnd(42), us.toFixed(2).padStart(8), "µs", bytes.toFixed(0).padStart(7), "B");
