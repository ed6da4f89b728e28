import { PgBoss } from 'pg-boss';

export const queueName = 'archives';
/** Where the tasks go that nobody need try again. */
export const failedName = 'archives-failed';

/** A task that takes longer counts as one whose worker has died, and is given to another. */
const expireInSeconds = Number(process.env.EXPIRE_SECONDS ?? 900);

/** The queues, made where there are none, in the database `DATABASE_URL`. */
export async function openQueue(): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: process.env.DATABASE_URL ?? 'postgres://localhost/fleet',
    superviseIntervalSeconds: Math.min(60, expireInSeconds),
    monitorIntervalSeconds: Math.min(60, expireInSeconds),
  });
  boss.on('error', (error) => console.error(error.message));
  await boss.start();
  await boss.createQueue(failedName);
  await boss.createQueue(queueName, {
    expireInSeconds,
    retryLimit: 5,
    retryDelay: 1,
    retryBackoff: true,
    deadLetter: failedName,
  });
  return boss;
}
