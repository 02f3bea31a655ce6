/** What is to be sent: Channel/User, an own comment, the preview. Ctrl or ⌘ with Enter sends. */
import { Button, Group, Kbd, Stack, Text, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';

import type { Issue } from '@tocsin/domain';

import type { FoundDestination } from '../api/destinations.js';
import { newIdempotencyKey } from '../api/idempotency-key.js';
import { useSendMessage, type Message } from '../api/messages.js';
import { DestinationPicker } from '../destinations/destination-picker.js';
import { labelOf } from '../destinations/destination-words.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { attemptFor } from './draft.js';
import { drafts } from './drafts.js';
import { MessagePreview } from './message-preview.js';

const COMMENT_MAX = 2_000;

export interface Sent {
  deliveryId: string;
  /** The destination as it was picked. */
  to: string;
  comment: string;
}

interface SendFormProps {
  issues: readonly Issue[];
  /** Whose eyes the preview is drawn for until somebody has picked. */
  anyConnectionId: string;
  onSent: (sent: Sent) => void;
  onClose: () => void;
}

export function SendForm({ issues, anyConnectionId, onSent, onClose }: SendFormProps) {
  const issueIds = issues.map(({ id }) => id);
  const [draft, setDraft] = useState(() => drafts.read(issueIds));
  const sending = useRef(false);
  const send = useSendMessage();
  const { comment, destination } = draft;
  const tooLong = lengthOf(comment) > COMMENT_MAX;
  const ready = destination !== undefined && !tooLong;
  const change = (part: Partial<typeof draft>): void => {
    const next = { ...draft, ...part };
    setDraft(next);
    drafts.keep(issueIds, next);
    send.reset();
  };
  const submit = (): void => {
    if (!ready || sending.current) return;
    sending.current = true;
    const message = messageOf(issueIds, destination, comment);
    const attempt = attemptFor(JSON.stringify(message), draft.attempt, newIdempotencyKey);
    setDraft({ ...draft, attempt });
    drafts.keep(issueIds, { ...draft, attempt });
    send.mutate({ message, idempotencyKey: attempt.key }, {
      onSuccess: ({ deliveryId }) => { drafts.forget(issueIds); onSent({ deliveryId, to: labelOf(destination), comment }); },
      onSettled: () => { sending.current = false; },
    });
  };
  // until somebody has picked, the preview shows the message as it would go to any public channel
  const preview = destination ? messageOf(issueIds, destination, comment) : { ...commentOf(comment), issueIds, connectionId: anyConnectionId, destination: { name: '#preview' } };
  return (
    <form
      onSubmit={(event) => { event.preventDefault(); submit(); }}
      onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); submit(); } }}
    >
      <Stack>
        <Text size="sm" lineClamp={2}>{issues.length === 1 ? issues[0]?.title : `${issues.length} issues go as one message.`}</Text>
        <DestinationPicker value={destination} onChange={(found) => { change(destinationOf(found)); }} autoFocus />
        <Comment value={comment} onChange={(text) => { change({ comment: text }); }} />
        <MessagePreview message={tooLong ? { ...preview, comment: Array.from(comment).slice(0, COMMENT_MAX).join('') } : preview} />
        {send.error && <ProblemAlert error={send.error} />}
        <Group justify="flex-end">
          <Text size="xs" c="dimmed" visibleFrom="xs" mr="auto"><Kbd size="xs">Ctrl</Kbd> or <Kbd size="xs">⌘</Kbd> + <Kbd size="xs">Enter</Kbd> sends</Text>
          <Button variant="default" onClick={onClose}>CANCEL</Button>
          <WorkButton type="submit" disabled={!ready} busy={send.isPending}>SEND</WorkButton>
        </Group>
      </Stack>
    </form>
  );
}

function Comment({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const length = lengthOf(value);
  return (
    <Textarea
      label="Add your own comment"
      placeholder="Optional. Sent as typed, without formatting."
      value={value}
      onChange={(event) => { onChange(event.currentTarget.value); }}
      autosize
      minRows={2}
      maxRows={8}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      description={`${length.toLocaleString('en')} / ${COMMENT_MAX.toLocaleString('en')}`}
      error={length > COMMENT_MAX && `Too long by ${(length - COMMENT_MAX).toLocaleString('en')}: shorten the comment to send it.`}
    />
  );
}

/** In characters as the server counts them: an emoji is one. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function destinationOf(found: FoundDestination | undefined): { destination?: FoundDestination } {
  return found ? { destination: found } : ({ destination: undefined } as object);
}

function commentOf(comment: string): { comment?: string } {
  return comment.trim() === '' ? {} : { comment };
}

function messageOf(issueIds: string[], { connectionId, id }: FoundDestination, comment: string): Message {
  return { issueIds, connectionId, destination: { id }, ...commentOf(comment) };
}
