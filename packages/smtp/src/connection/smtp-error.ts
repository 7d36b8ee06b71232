/** A refusal by the server, or a lost connection, with nodemailer's fields: it reports alike while it sets up one. */
export interface SmtpError extends Error {
  readonly code: string;
  /** What was answered. */
  readonly command?: string;
  readonly response?: string;
  /** For one recipient. */
  readonly recipient?: string;
}

export const smtpError = (message: string, fields: Omit<SmtpError, "name" | "message">): SmtpError =>
  Object.assign(new Error(message), fields);

export const connectionClosed = (): SmtpError => smtpError("Connection closed", { code: "ECONNECTION" });

/** A reply more than was asked for: each later one would be taken for another command's. */
export const outOfStep = (): SmtpError =>
  smtpError("the server said more than it was asked for", { code: "EPROTOCOL" });
