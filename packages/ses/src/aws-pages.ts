// The pages that the table of errors follows.
export const common = "https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html";
export const sendRaw = "https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html";
export const v2Send = "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html";
export const sendErrors = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html";
export const quotaErrors = "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html";
export const signing = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html";
export const sdkCredentials =
  "https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html";
export const sdkRetries = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html";
export const bulkStatus =
  "https://docs.aws.amazon.com/ses/latest/APIReference/API_BulkEmailDestinationStatus.html";
export const identityPolicies =
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html";
