/** Where a person looks a delivery's channel up in Slack, also when there is no message to link to. */
import type { Connection, Delivery } from '@tocsin/contracts';

const CHANNEL_ID = /^[CG][A-Z0-9]+$/;

/** @returns undefined for a person, whose conversation with the app has an address of its own, and while nothing is known */
export function channelInSlack(workspace: Pick<Connection['workspace'], 'url'> | undefined, { id = '' }: Delivery['destination']): string | undefined {
  return workspace && CHANNEL_ID.test(id) ? `${workspace.url.replace(/\/+$/, '')}/archives/${id}` : undefined;
}
