/** The APIs that `use: http` knows by name, and the option that holds the secret of each. */
export const httpApis = {
  resend: "apiKey",
  postmark: "serverToken",
  sendgrid: "apiKey",
  mailgun: "apiKey",
  brevo: "apiKey",
} as const;

/** The name of one of these APIs. */
export type HttpApiName = keyof typeof httpApis;

/** Whether a word is the name of such an API. */
export function isHttpApi(word: string): word is HttpApiName {
  return Object.hasOwn(httpApis, word);
}
