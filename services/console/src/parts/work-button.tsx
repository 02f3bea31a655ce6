/** A button that starts something and keeps the focus until it is done: pressed meanwhile, it does nothing. It may go with what it did. */
import { Button, Loader, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';

import { useFocusLeft } from './use-focus-left.js';

type WorkButtonProps = Omit<ButtonProps, 'loading' | 'leftSection'> & Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & { busy?: boolean };

export function WorkButton({ busy = false, onClick, ...props }: WorkButtonProps) {
  const ref = useFocusLeft<HTMLButtonElement>();
  return (
    <Button
      {...props}
      ref={ref}
      aria-busy={busy}
      {...(busy && { leftSection: <Loader size="xs" color="currentColor" /> })}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
