const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Decimal units, two significant digits below ten: `512 byte`, `4.1 MB`. */
export function formatSize(sizeBytes: number): string {
  const power = sizeBytes < 1 ? 0 : Math.min(Math.floor(Math.log10(sizeBytes) / 3), units.length - 1);
  const value = sizeBytes / 1000 ** power;
  const digits = power > 0 && value < 10 ? 1 : 0;
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit: units[power],
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}
