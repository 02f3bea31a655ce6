/** Tells the page how high a bar is that sticks to its top: what gets the focus is scrolled to below it. */
import { useElementSize } from '@mantine/hooks';
import { useEffect } from 'react';

const HEIGHT = '--sticky-bar-height';

export function useStickyBar(): (bar: HTMLElement | null) => void {
  const { ref, height } = useElementSize<HTMLElement>();
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty(HEIGHT, `${height}px`);
    return () => { style.removeProperty(HEIGHT); };
  }, [height]);
  return ref;
}
