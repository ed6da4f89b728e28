import { type Redact, redactedMark } from './redact.ts';

const secretKey =
  /(?:password|passwd|passphrase|secret|apikey|accesskey|secretkey|privatekey|authorization|cookie|credentials?)$/;
const tokenKey = /token$/;

/**
 * Takes out what stands under a key that names a secret, however it is spelt: `password`, `api_key`, `accessToken`,
 * `Authorization`, `Set-Cookie`, `clientSecret` and the like. Counts such as `maxTokens` stay.
 */
export const redactKeys: Redact = (path, value) => {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  const key = String(path.at(-1))
    .replace(/[^a-z]/gi, '')
    .toLowerCase();
  const isSecret = secretKey.test(key) || (tokenKey.test(key) && typeof value !== 'number');
  return isSecret ? redactedMark : value;
};

/** What is kept of a match stands in its first group. */
const tokens: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}/g,
  /\b(?:gh[opsur]_|github_pat_|glpat-|npm_|hf_|pypi-|dop_v1_)[A-Za-z0-9_-]{16,}/g,
  /\bxox[a-z]-[A-Za-z0-9-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\bya29\.[A-Za-z0-9_-]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
  /\b((?:bearer|basic)\s+)[A-Za-z0-9+/_.~-]{8,}=*/gi,
  /(:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g,
  /((?:password|passwd|secret|api[-_]?key|access[-_]?key|token)["'\\]*\s*[:=]\s*["'\\]*)[^\s"'\\,;&}]{4,}/gi,
];

/**
 * Takes keys and tokens out of text: of OpenAI, Anthropic, GitHub, GitLab, Slack, AWS, Google, npm, Hugging Face,
 * JSON web tokens, private keys, `Bearer …`, passwords in URLs, and `token=…` where it is written so.
 */
export const redactTokens: Redact = (_path, value) =>
  typeof value === 'string' ? replaceAll(value, tokens) : value;

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const addresses: readonly RegExp[] = [
  /[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g,
  new RegExp(`(?<![\\d.])${octet}(?:\\.${octet}){3}(?![\\d.])`, 'g'),
  /(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/gi,
  /(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?(?![\w:])/gi,
];

/** Takes e-mail addresses and IP addresses out of text. */
export const redactAddresses: Redact = (_path, value) =>
  typeof value === 'string' ? replaceAll(value, addresses) : value;

function replaceAll(text: string, patterns: readonly RegExp[]): string {
  return patterns.reduce(
    (left, pattern) =>
      left.replace(
        pattern,
        (_match, kept: unknown) => `${typeof kept === 'string' ? kept : ''}${redactedMark}`,
      ),
    text,
  );
}
