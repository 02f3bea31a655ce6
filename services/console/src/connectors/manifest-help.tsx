/** For those who have no Slack app yet: the ready manifest, as a link to Slack and to copy. */
import { Anchor, Group, Text } from '@mantine/core';

import { createAppLink } from '@tocsin/domain';

import { useManifest, type ManifestPurpose } from '../api/connections.js';
import { CopyText } from '../parts/copyable.js';

/** @param hostUrl as far as it is typed: GovSlack keeps its apps on a site of its own */
export function ManifestHelp({ purpose, hostUrl = '' }: { purpose: ManifestPurpose; hostUrl?: string }) {
  const { data: manifest } = useManifest(purpose);
  return (
    <Group gap="sm" mih={30}>
      <Text size="sm">No app yet?</Text>
      {manifest && (
        <>
          <Anchor href={createAppLink(manifest, hostUrl)} target="_blank" rel="noopener noreferrer" size="sm" underline="always">Create the Slack app from our manifest</Anchor>
          <CopyText value={JSON.stringify(manifest, null, 2)} label="Copy manifest" />
        </>
      )}
    </Group>
  );
}
