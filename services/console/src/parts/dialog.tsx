/** A dialog that is there as long as it is drawn. */
import { Modal, type ModalProps } from '@mantine/core';

import { useFocusBack } from './use-focus-back.js';

export function Dialog(props: Pick<ModalProps, 'title' | 'size' | 'children' | 'onClose'>) {
  useFocusBack();
  return <Modal opened {...props} />;
}
