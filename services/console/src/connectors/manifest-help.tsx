/** For those who have no Slack app yet: the ready manifest, as a link to Slack and to copy. */
import { Anchor, Group, Text } from '@mantine/core';

import { useManifest } from '../api/connections.js';
import { CopyText } from '../parts/copyable.js';

export function ManifestHelp() {
  const { data: manifest } = useManifest();
  return (
    <Group gap="sm" mih={30}>
      <Text size="sm">No app yet?</Text>
      {manifest !== undefined && (
        <>
          <Anchor href={`https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(manifest)}`} target="_blank" rel="noopener noreferrer" size="sm" underline="always">Create the Slack app from our manifest</Anchor>
          <CopyText value={manifest} label="Copy manifest" />
        </>
      )}
    </Group>
  );
}
