import { type ErrorCode, VarveError } from '@varve/schema/errors';

/** What the AWS SDK throws, as far as it is looked at. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const denied = new Set([
  'AccessDenied',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);
const busy = new Set([
  'SlowDown',
  'TooManyRequests',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
]);
const absent = new Set(['NoSuchKey', 'NotFound']);
const changed = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

/**
 * What the SDK threw at our own `attempt`, as an error of varve; `path` is the address of the object or of the bucket.
 */
export function s3Error(cause: unknown, path: string, attempt = 1): VarveError {
  if (cause instanceof VarveError) return cause;
  const { name, message, $metadata: { httpStatusCode: status, attempts = 1 } = {} } = cause as SdkError;
  const { code, says, hint } = meaningOf(name, status);
  return new VarveError(code, `${says} (${name}: ${message})`, {
    path,
    hint,
    details: { reason: name, status, attempts: attempts + attempt - 1 },
    cause,
  });
}

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint: string;
}

function meaningOf(name: string, status: number | undefined): Meaning {
  if (name === 'NoSuchBucket') {
    return {
      code: 'STORE_NOT_FOUND',
      says: 'there is no such bucket',
      hint: 'check its name and the region',
    };
  }
  if (absent.has(name))
    return { code: 'FILE_NOT_FOUND', says: 'there is no object of this key', hint: 'check the key' };
  if (changed.has(name) || status === 412 || status === 409) {
    return {
      code: 'STORE_CHANGED',
      says: 'the object is another by now; it was left alone',
      hint: 'find out who wrote it, then run the work again: it reads what is there now',
    };
  }
  if (busy.has(name) || status === 503 || status === 429) {
    return {
      code: 'STORE_BUSY',
      says: 'the store asks for fewer requests',
      hint: 'run it again later, or with fewer workers; what is done stays done',
    };
  }
  if (denied.has(name) || status === 403 || status === 401) {
    return {
      code: 'STORE_DENIED',
      says: 'the store does not let us in',
      hint: 'renew the credentials, and check that they may list, read and write here',
    };
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return {
      code: 'STORE_REFUSED',
      says: 'the store refuses the request',
      hint: 'see the reason; a server must know ListObjectsV2, ranges, and conditional writes',
    };
  }
  return {
    code: 'STORE_UNREACHABLE',
    says: 'the store does not answer',
    hint: 'check the network and the endpoint, then run it again; what is done stays done',
  };
}
