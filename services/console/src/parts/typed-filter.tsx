/** A filter that is typed: it is told when typing pauses, and follows when it is changed elsewhere. */
import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

const DEBOUNCE_MS = 250;

interface TypedFilterProps extends Pick<TextInputProps, 'label' | 'placeholder' | 'type' | 'w'> {
  value: string;
  onChange: (value: string) => void;
  /** What comes back as the value once it was told; as typed when left out. */
  canonical?: (typed: string) => string;
}

export function TypedFilter({ value, onChange, canonical = (text) => text, ...field }: TypedFilterProps) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  const [seen, setSeen] = useState(value);
  const tell = useDebouncedCallback((text: string) => { setTold(canonical(text)); onChange(text); }, DEBOUNCE_MS);
  if (value !== seen) {
    setSeen(value);
    // not by typing: Clear filters, back, forward
    if (value !== told) {
      setTold(value);
      setTyped(value);
    }
  }
  // whoever goes on to another control has typed it: what that does comes after, and is not undone by what still waits
  return <TextInput {...field} onBlur={() => { tell.flush(); }} value={typed} onChange={(event) => { setTyped(event.currentTarget.value); tell(event.currentTarget.value.trim()); }} />;
}

/** Two filters stand side by side on a narrow screen. */
export function widthOf(pixels: number): { base: string; xs: number } {
  return { base: 'calc(50% - var(--mantine-spacing-sm) / 2)', xs: pixels };
}
