/** The text field of the picker: a combobox to whoever listens, and keys for its list. */
import { CloseButton, Loader, TextInput } from '@mantine/core';
import { useMergedRef } from '@mantine/hooks';
import { useEffect, useRef, type KeyboardEvent, type Ref } from 'react';

import type { Picking } from './use-picking.js';

interface ComboboxFieldProps {
  label: string;
  listId: string;
  picking: Picking;
  autoFocus: boolean;
  /** Where the list is placed. */
  ref?: Ref<HTMLInputElement>;
}

export function ComboboxField({ label, listId, picking, autoFocus, ref }: ComboboxFieldProps) {
  const { typed, list: { opened, active }, search: { settled }, type, show, touch } = picking;
  const field = useRef<HTMLInputElement>(null);
  const refs = useMergedRef(field, ref);
  // it may appear after its dialog has placed the focus
  useEffect(() => { if (autoFocus) field.current?.focus(); }, [autoFocus]);
  return (
    <TextInput
      ref={refs}
      label={label}
      placeholder="#channel, name, e-mail address, id or link"
      value={typed}
      role="combobox"
      aria-expanded={opened}
      aria-haspopup="listbox"
      aria-autocomplete="list"
      aria-controls={listId}
      {...(active !== undefined && { 'aria-activedescendant': optionId(listId, active) })}
      dir="auto"
      maxLength={300}
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      data-autofocus={autoFocus}
      // Escape closes the list first, then what is around
      data-mantine-stop-propagation={opened}
      onChange={(event) => { type(event.currentTarget.value); }}
      onKeyDown={(event) => { onKey(event, picking); }}
      onFocus={touch}
      onClick={() => { show(true); }}
      rightSection={opened && !settled
        ? <Loader size={16} aria-hidden />
        : typed !== '' && <CloseButton size="sm" aria-label="Clear the choice" onClick={() => { type(''); field.current?.focus(); }} />}
    />
  );
}

function onKey(event: KeyboardEvent<HTMLInputElement>, { press }: Picking): void {
  // while a word of Japanese or the like is being put together, its keys are not ours
  if (event.nativeEvent.isComposing) return;
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (press({ key, alt: altKey, modified: ctrlKey || metaKey || shiftKey })) event.preventDefault();
}

/** The id that the field names as its active option. */
export function optionId(listId: string, key: string): string {
  return `${listId}-${key}`;
}
