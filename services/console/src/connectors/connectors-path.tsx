/** Where a page of Slack's connector stands, as the way back. */
import { Anchor } from '@mantine/core';
import { Link } from 'react-router';

/** @param slack whether the page stands below Slack's own */
export function ConnectorsPath({ slack = false }: { slack?: boolean }) {
  return (
    <nav aria-label="Where this page stands">
      <Anchor component={Link} to="/connectors" size="sm" underline="always">Connectors</Anchor>
      {' › Dev Alerts'}
      {slack && <>{' › '}<Anchor component={Link} to="/connectors/slack" size="sm" underline="always">Slack</Anchor></>}
    </nav>
  );
}
