export const queueName = 'archives';

export const connection = {
  url: process.env.REDIS_URL ?? 'redis://localhost:6379',
  // A worker waits for a server that restarts.
  maxRetriesPerRequest: null,
};
