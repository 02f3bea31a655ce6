/** The message of a delivery, in the forms that it has: as it was or would be posted, and as Slack shows it now or may show it. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import type { Delivery, DeliveryMessage as MessageView, SlackContent as ContentView } from '@tocsin/contracts';
import type { Attachment, Block } from '@tocsin/domain';

import { call } from './client.js';

/** While a newer form of it waits to be shown. */
const FOLLOW_MS = 2_000;

export type SlackContent = Pick<ContentView, 'text' | 'plainText'> & { blocks: Block[]; attachments: Attachment[] };

export type DeliveryMessage = SlackContent & Pick<MessageView, 'editedAt' | 'behind'> & { inSlack?: SlackContent; attempted?: SlackContent };

/** Asked again with every line of its timeline: an edit changes nothing else of the delivery. */
export function useDeliveryMessage({ id, version, timeline = [] }: Pick<Delivery, 'id' | 'version' | 'timeline'>): UseQueryResult<DeliveryMessage> {
  return useQuery({
    queryKey: ['delivery-message', id, version, timeline.length],
    queryFn: ({ signal }) => call<DeliveryMessage>('GET', `/v1/deliveries/${encodeURIComponent(id)}/message`, { signal }),
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
    refetchInterval: ({ state }) => (state.data?.behind === 'waits' ? FOLLOW_MS : false),
  });
}
