/** A coloured box. It says by its role how urgent it is: only a failure interrupts whoever listens. */
import { Alert, type AlertProps } from '@mantine/core';

interface NoticeProps extends Pick<AlertProps, 'color' | 'title' | 'children' | 'mt' | 'mb' | 'onClose'> {
  role?: 'note' | 'status' | 'alert';
}

export function Notice({ role = 'note', onClose, color = 'gray', ...props }: NoticeProps) {
  return <Alert variant="light" color={color} __vars={{ '--notice-color': `var(--mantine-color-${color}-6)` }} className="notice" role={role} {...props} {...(onClose && { withCloseButton: true, closeButtonLabel: 'Dismiss', onClose })} />;
}
