/** An address that leads nowhere. */
import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';

import { Page } from './page.js';

export function NotFoundPage() {
  return (
    <Page title="There is nothing here">
      <Text>
        The address is not one of the console’s. Go to <Anchor component={Link} to="/issues" underline="always">Active Issues</Anchor>.
      </Text>
    </Page>
  );
}
