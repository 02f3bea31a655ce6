/** A button that starts something and keeps the focus until it is done: pressed meanwhile, it does nothing. */
import { Button, Loader, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';

type WorkButtonProps = Omit<ButtonProps, 'loading' | 'leftSection'> & Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & { busy: boolean };

export function WorkButton({ busy, onClick, ...props }: WorkButtonProps) {
  return (
    <Button
      {...props}
      aria-busy={busy}
      {...(busy && { leftSection: <Loader size="xs" color="currentColor" /> })}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
