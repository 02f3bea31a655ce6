/** The look of the console: Mantine's theme, with shades that keep text readable in both colour schemes. */
import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** Its header is no landmark of the page, its close button has a name, and it is there at once. */
const OVERLAY = { attributes: { header: { role: 'presentation' } }, closeButtonProps: { 'aria-label': 'Close' }, styles: { title: { fontWeight: 650, fontSize: 'var(--mantine-font-size-lg)' } }, transitionProps: { duration: 0 } };

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Drawer: { defaultProps: OVERLAY },
    Modal: { defaultProps: OVERLAY },
    // the placeholder is a child that a menu must not have
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, transitionProps: { duration: 0 } } },
  },
});

/** Mantine's own grey for side remarks and red for errors are too pale on white, its links too dark on dark boxes. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#5c636a', '--mantine-color-error': '#b3261e' },
  dark: { '--mantine-color-dimmed': '#a6adb5', '--mantine-color-anchor': 'var(--mantine-color-indigo-3)', '--mantine-color-error': '#ff8f87' },
});
