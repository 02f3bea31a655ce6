/** A field for a token: dots until somebody wants to see it. It is no password, so the browser is not asked to keep it. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';

interface SecretInputProps {
  label: string;
  description?: string;
  value: string;
  onChange: (value: string) => void;
  disabled?: boolean;
}

export function SecretInput({ label, description, value, onChange, disabled = false }: SecretInputProps) {
  const [shown, setShown] = useState(false);
  return (
    <TextInput
      label={label}
      description={description}
      placeholder="xoxb-…"
      value={value}
      onChange={(event) => { onChange(event.currentTarget.value.trim()); }}
      disabled={disabled}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      data-1p-ignore
      classNames={{ input: 'secret' }}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      attributes={{ input: { 'data-hidden': !shown } }}
      rightSectionWidth={72}
      rightSection={<Button size="compact-xs" variant="subtle" disabled={disabled} onClick={() => { setShown(!shown); }}>{shown ? 'Hide' : 'Show'}</Button>}
    />
  );
}
