/** Channel/User: finds channels and people of all connected workspaces, by name, e-mail address, id or link. */
import { CloseButton, Combobox, Loader, TextInput, useCombobox, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import type { FoundDestination } from '../api/destinations.js';
import { DestinationOption } from './destination-option.js';
import { keyOf, labelOf } from './destination-words.js';
import { PickerFooter } from './picker-footer.js';
import { useOffered } from './use-offered.js';

interface DestinationPickerProps {
  label: string;
  connections: readonly Connection[];
  value: FoundDestination | undefined;
  onChange: (value: FoundDestination | undefined) => void;
  autoFocus?: boolean;
}

export function DestinationPicker({ label, connections, value, onChange, autoFocus = false }: DestinationPickerProps) {
  const [typed, setTyped] = useState(value ? labelOf(value) : '');
  const [touched, setTouched] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  // it may appear after its dialog has placed the focus
  useEffect(() => { if (autoFocus) field.current?.focus(); }, [autoFocus]);
  const combobox = useCombobox({ onDropdownClose: () => { combobox.resetSelectedOption(); } });
  // nothing is asked before somebody turns to the field
  const search = useOffered(connections, value ? '' : typed.trim(), touched);
  const type = (text: string): void => {
    setTyped(text);
    if (value) onChange(undefined);
    combobox.openDropdown();
    combobox.resetSelectedOption();
  };
  const choose = (key: string): void => {
    const chosen = search.found.find((item) => keyOf(item) === key);
    if (!chosen) return;
    setTyped(labelOf(chosen));
    onChange(chosen);
    combobox.closeDropdown();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal>
      <Combobox.Target withExpandedAttribute>
        <TextInput
          ref={field}
          label={label}
          placeholder="#channel, name, e-mail address, id or link"
          value={typed}
          onChange={(event) => { type(event.currentTarget.value); }}
          onClick={() => { combobox.openDropdown(); }}
          onFocus={() => { setTouched(true); }}
          onBlur={() => { combobox.closeDropdown(); }}
          autoComplete="off"
          spellCheck={false}
          data-autofocus={autoFocus}
          {...(value?.hint !== undefined && { description: value.hint, inputWrapperOrder: ['label', 'input', 'description'] as const })}
          rightSection={search.searching ? <Loader size={16} /> : typed !== '' && <Clear onClear={() => { type(''); }} />}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={300} className="scroll" aria-label="Channels and people">
          <Groups search={search} severalWorkspaces={connections.length > 1} />
        </Combobox.Options>
        <PickerFooter search={search} />
      </Combobox.Dropdown>
      <VisuallyHidden aria-live="polite">{combobox.dropdownOpened && !search.searching ? `${search.found.length} found` : ''}</VisuallyHidden>
    </Combobox>
  );
}

function Groups({ search: { found }, severalWorkspaces }: { search: { found: FoundDestination[] }; severalWorkspaces: boolean }) {
  const groups = [
    { label: 'Channels', items: found.filter(({ kind }) => kind === 'channel') },
    { label: 'People', items: found.filter(({ kind }) => kind === 'user') },
  ];
  return groups.filter(({ items }) => items.length > 0).map(({ label, items }) => (
    <Combobox.Group key={label} label={label}>
      {items.map((item) => <DestinationOption key={keyOf(item)} item={item} withWorkspace={severalWorkspaces} />)}
    </Combobox.Group>
  ));
}

/** Keeps the focus where it is, so that typing goes on. */
function Clear({ onClear }: { onClear: () => void }) {
  return <CloseButton size="sm" aria-label="Clear the choice" onMouseDown={(event) => { event.preventDefault(); }} onClick={onClear} />;
}
