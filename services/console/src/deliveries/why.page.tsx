/** Why did I not get it? An issue and a destination are asked for, and what became of the message is said in words. */
import { Stack, Text } from '@mantine/core';
import { useSearchParams } from 'react-router';

import { NeedsPermission } from '../parts/needs-permission.js';
import { useCan } from '../session/session.js';
import { DeliveriesFrame } from './deliveries-frame.js';
import { IssuePicker } from './issue-picker.js';
import { PlaceField, type Place } from './place-field.js';
import { WhyAnswerView } from './why-answer-view.js';

export function WhyPage() {
  const mayRead = useCan('deliveries:read');
  const mayReadIssues = useCan('issues:read');
  return (
    <DeliveriesFrame tabTitle="Why did I not get it? · Deliveries">
      {mayRead && mayReadIssues ? <Why /> : <NeedsPermission permission={mayRead ? 'issues:read' : 'deliveries:read'} to="find out" />}
    </DeliveriesFrame>
  );
}

function Why() {
  const [search, setSearch] = useSearchParams();
  const issueId = search.get('issueId') ?? '';
  const destination = search.get('destination') ?? '';
  const connectionId = search.get('connectionId') ?? '';
  const put = (part: Partial<Record<'issueId' | keyof Place, string>>): void => {
    const entries = Object.entries({ issueId, destination, connectionId, ...part }).filter(([, value]) => value !== '');
    setSearch(new URLSearchParams(entries), { replace: true });
  };
  return (
    <Stack maw={760}>
      <Text size="sm">Say which issue you expected to hear of, and where.</Text>
      <IssuePicker value={issueId} onChange={(id) => { put({ issueId: id }); }} />
      <PlaceField place={{ destination, connectionId }} onChange={put} />
      {issueId !== '' && destination !== '' && <WhyAnswerView key={`${issueId} ${destination}`} issueId={issueId} place={{ destination, connectionId }} />}
    </Stack>
  );
}
