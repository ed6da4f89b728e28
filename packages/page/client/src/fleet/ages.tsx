import type { Fleet } from '../../../src/api/fleet.ts';
import { formatCount, formatSize } from '../parts/format.ts';

/** How old the archives are: by the month of their last change. */
export function Ages({ ages }: Pick<Fleet, 'ages'>) {
  const shown = ages.slice(-36);
  const most = Math.max(1, ...shown.map(({ count }) => count));
  return (
    <section>
      <h2>Last changed</h2>
      <table class="ages">
        <tbody>
          {shown.map(({ month, count, sizeBytes }) => (
            <tr key={month}>
              <th scope="row">{month}</th>
              <td class="age-bar">
                <i style={{ width: `${(count / most) * 100}%` }} />
              </td>
              <td>{formatCount(count)}</td>
              <td class="faint">{formatSize(sizeBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
