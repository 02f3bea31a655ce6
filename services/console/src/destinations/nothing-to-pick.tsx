/** Why there is no picker: nothing is connected, or it is not for whoever asks. Both say what helps. */
import { Anchor, Code, Text } from '@mantine/core';
import { Link } from 'react-router';

import { NeedsPermission } from '../parts/needs-permission.js';
import { useCan } from '../session/session.js';

/** @param props.once the workspace was connected before */
export function NothingConnected({ once = false }: { once?: boolean }) {
  const mayConfigure = useCan('connectors:configure');
  const what = once ? 'The workspace is not connected any more.' : 'No Slack workspace is connected yet.';
  if (mayConfigure) return <Text size="sm">{what} <Anchor component={Link} to="/connectors/slack" underline="always">{once ? 'Connect it again under Connectors' : 'Connect one under Connectors'}</Anchor>, then come back.</Text>;
  return <Text size="sm">{what} Ask somebody with the permission <Code>connectors:configure</Code> to connect {once ? 'it' : 'one'}: administrators of your organization have it. <Anchor component={Link} to="/connectors/slack" underline="always">See Connectors</Anchor></Text>;
}

export function MayNotPick() {
  return <NeedsPermission permission="issues:send" to="choose a channel or a person" />;
}
