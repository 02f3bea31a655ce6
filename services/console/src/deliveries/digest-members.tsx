/** What a digest stands for: the deliveries that were folded into it. */
import { Anchor, Group, List, Skeleton, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

import { useDeliveries } from '../api/deliveries.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { ToDelivery } from './delivery-facts.js';
import { stateWord, titleOf } from './delivery-words.js';

const MOST = 10;

export function DigestMembers({ digestId }: { digestId: string }) {
  const query = useDeliveries({ digestId });
  const { data } = query;
  const failure = useFailure(query);
  const members = data?.pages.flatMap(({ items }) => items);
  return (
    <section aria-label="Members of the digest">
      <Title order={3} size="h6" mb={4}>Stands for</Title>
      {failure && <ProblemAlert {...failure} />}
      {!members && !failure && <Skeleton height={60} />}
      {members?.length === 0 && <Text size="sm" c="dimmed">It was sent as one message from the beginning; no delivery was folded into it.</Text>}
      <List size="sm" spacing={2}>
        {members?.slice(0, MOST).map((member) => <List.Item key={member.id}><Group gap="xs"><ToDelivery id={member.id}>{titleOf(member)}</ToDelivery><Text span size="sm" c="dimmed">{stateWord(member.state)}</Text></Group></List.Item>)}
      </List>
      {members && members.length > MOST && <Anchor component={Link} to={`/deliveries?digestId=${encodeURIComponent(digestId)}`} size="sm" underline="always">See all of them</Anchor>}
    </section>
  );
}
