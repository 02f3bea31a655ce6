/** The answer that a message was sent again already: with the way to that delivery, and the choice to post it nevertheless. */
import { Checkbox, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';

import { Notice } from '../parts/notice.js';
import { ToDelivery } from './delivery-facts.js';
import type { SentAlready } from './sent-again.js';

interface SentAlreadyNoticeProps {
  sent: SentAlready;
  agreed: boolean;
  onAgree: (agreed: boolean) => void;
}

export function SentAlreadyNotice({ sent: { title, text, deliveryId }, agreed, onAgree }: SentAlreadyNoticeProps) {
  const box = useRef<HTMLInputElement>(null);
  // the button that was pressed is out of use until this is answered
  useEffect(() => { box.current?.focus(); }, []);
  return (
    <Notice color="orange" role="alert" title={title}>
      <Text size="sm" mb="xs">{text}{deliveryId !== undefined && <> Look at <ToDelivery id={deliveryId}>that replay</ToDelivery> first.</>}</Text>
      <Checkbox label="Replay it once more nevertheless" checked={agreed} ref={box} onChange={(event) => { onAgree(event.currentTarget.checked); }} />
    </Notice>
  );
}
