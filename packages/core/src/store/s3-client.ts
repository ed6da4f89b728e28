import type { S3Client } from '@aws-sdk/client-s3';
import { VarveError } from '@varve/schema/errors';

/** @internal */
type Sdk = typeof import('@aws-sdk/client-s3');

/** @internal */
export interface LoadedClient {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** Beyond it, requests wait for one another in the client. */
export const requestsInFlight = 48;

let loaded: Promise<LoadedClient> | undefined;

/**
 * The AWS SDK's client, loaded when the first bucket is named: endpoint, region, credentials and retries as the SDK finds
 * them (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).
 *
 * @throws CLIENT_MISSING
 * @internal
 */
export function loadS3Client(): Promise<LoadedClient> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<LoadedClient> {
  const sdk = await importSdk();
  const { env } = process;
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const client = new sdk.S3Client({
    // A server of one's own seldom has a host name for each bucket, nor a region.
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(endpoint && !env.AWS_REGION && !env.AWS_DEFAULT_REGION && { region: 'us-east-1' }),
    ...(!env.AWS_MAX_ATTEMPTS && { maxAttempts: 6 }),
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      httpAgent: { maxSockets: requestsInFlight },
      httpsAgent: { maxSockets: requestsInFlight },
    },
  });
  return { sdk, client };
}

async function importSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw clientMissing('@aws-sdk/client-s3', 'a bucket', cause);
  }
}

/** A package that only those need who use what it is for. */
export function clientMissing(name: string, use: string, cause: unknown): VarveError {
  return new VarveError('CLIENT_MISSING', `${use} needs the package ${name}, which cannot be loaded`, {
    hint: `install it beside varve: npm install ${name}`,
    details: { package: name },
    cause,
  });
}

/** Forgets the client, so that the next request is made by the settings of then. */
export function resetS3Client(): void {
  loaded?.then(({ client }) => client.destroy()).catch(() => {});
  loaded = undefined;
}
