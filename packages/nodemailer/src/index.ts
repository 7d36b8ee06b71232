export { type NodemailerProviderOptions, nodemailerProvider } from "./nodemailer-provider.ts";
export {
  type RelaisSentInfo,
  type RelaisTransport,
  relaisTransport,
  type SendingChain,
  type SendingChainOptions,
} from "./relais-transport.ts";
export type { SendingError } from "./sending-error.ts";
