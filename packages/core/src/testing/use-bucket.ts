import { resetS3Client } from '../store/s3-client.ts';
import { type ServedBucket, serveBucket } from './serve-bucket.ts';

const settings = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
};

/** Serves a bucket, and lets this process, and those it starts, find it as the AWS SDK finds one. */
export async function useBucket(): Promise<ServedBucket> {
  const bucket = await serveBucket();
  const given = { ...settings, AWS_ENDPOINT_URL_S3: bucket.endpoint };
  const before = Object.keys(given).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, given);
  resetS3Client();
  const stop = bucket[Symbol.asyncDispose];
  return Object.assign(bucket, {
    [Symbol.asyncDispose]: async () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      resetS3Client();
      await stop();
    },
  });
}
