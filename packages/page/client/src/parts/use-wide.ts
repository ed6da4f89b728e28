import { useEffect, useState } from 'preact/hooks';

/** Whether the window is at least so wide, in pixels. */
export function useWide(width: number): boolean {
  const query = `(min-width: ${width}px)`;
  const [isWide, setWide] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const update = () => setWide(media.matches);
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, [query]);
  return isWide;
}
