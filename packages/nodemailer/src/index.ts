export { type NodemailerProviderOptions, nodemailerProvider } from "./provider/nodemailer-provider.ts";
export {
  type ComposedMail,
  type RelaisSentInfo,
  type RelaisTransport,
  relaisTransport,
  type SendingChain,
  type SendingChainOptions,
} from "./transport/relais-transport.ts";
export type { SendingError } from "./transport/sending-error.ts";
