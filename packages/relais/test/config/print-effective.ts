import { loadChain } from "relais";

// Run by a test, outside its runner's own module loading: prints what a configuration file amounts to.
const chain = await loadChain({ file: process.argv[2] });
console.log(JSON.stringify(chain.effective()));
await chain.close();
