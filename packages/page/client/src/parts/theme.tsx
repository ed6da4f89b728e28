import { useEffect, useState } from 'preact/hooks';

type Theme = 'auto' | 'light' | 'dark';
const next = { auto: 'dark', dark: 'light', light: 'auto' } as const;
const signs = { auto: '◐', dark: '●', light: '○' } as const;

function stored(): Theme {
  const value = localStorage.getItem('varve-theme');
  return value === 'dark' || value === 'light' ? value : 'auto';
}

/** Follows the system until told otherwise. */
export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(stored);
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    localStorage.setItem('varve-theme', theme);
  }, [theme]);
  const label = `colours: ${theme}`;
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => setTheme(next[theme])}
      title={label}
      aria-label={label}
    >
      {signs[theme]}
    </button>
  );
}
