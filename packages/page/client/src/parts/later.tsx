import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A view whose code is fetched when it is first shown. */
export function later<TProps extends object>(
  load: () => Promise<ComponentType<TProps>>,
): (props: TProps) => preact.JSX.Element {
  let loaded: ComponentType<TProps> | undefined;
  return function Later(props: TProps) {
    const [View, setView] = useState<ComponentType<TProps> | undefined>(() => loaded);
    useEffect(() => {
      if (loaded) return;
      void load().then((view) => {
        loaded = view;
        setView(() => view);
      });
    }, []);
    return View ? <View {...props} /> : <p class="faint pad">…</p>;
  };
}
