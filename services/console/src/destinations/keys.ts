/** What a key does in the picker: the pattern of an editable combobox with a list (WAI-ARIA), which chooses nothing by itself. */

export interface ListState {
  opened: boolean;
  /** The option that the keyboard is on. */
  active: string | undefined;
}

export interface Pressed {
  key: string;
  alt: boolean;
  /** Ctrl, ⌘ or Shift. */
  modified: boolean;
}

/** The list as it is next, and the option that was chosen. */
export interface Step extends ListState {
  chosen?: string;
}

const PAGE = 8;

/** @returns undefined where the key is none of the list's: it edits the text, or belongs to the form around */
export function pressed({ key, alt, modified }: Pressed, { opened, active }: ListState, options: readonly string[]): Step | undefined {
  if (modified) return undefined;
  const at = active === undefined ? -1 : options.indexOf(active);
  const last = options.length - 1;
  const on = (place: number): Step => ({ opened: true, active: options[place] });
  switch (key) {
    case 'ArrowDown':
      return alt ? { opened: true, active } : on(at === last ? 0 : at + 1);
    case 'ArrowUp':
      return alt ? { opened: false, active: undefined } : on(at <= 0 ? last : at - 1);
    case 'Enter':
      return opened ? entered(active, options) : undefined;
    case 'Escape':
      return opened ? { opened: false, active: undefined } : undefined;
    default:
      // without an option these move in the text
      return opened && at >= 0 ? moved(key, at, last, on) : undefined;
  }
}

function moved(key: string, at: number, last: number, on: (place: number) => Step): Step | undefined {
  switch (key) {
    case 'Home':
      return on(0);
    case 'End':
      return on(last);
    case 'PageDown':
      return on(Math.min(at + PAGE, last));
    case 'PageUp':
      return on(Math.max(at - PAGE, 0));
    default:
      return undefined;
  }
}

/** The only option needs no arrow: that of a pasted id, link or e-mail address. */
function entered(active: string | undefined, options: readonly string[]): Step {
  const chosen = active ?? (options.length === 1 ? options[0] : undefined);
  return chosen === undefined ? { opened: true, active } : { opened: true, active, chosen };
}
