/** Why a control is disabled: the permission that it needs. */
import { Code } from '@mantine/core';

import type { Permission } from '@tocsin/domain';

import { Notice } from './notice.js';

export function NeedsPermission({ permission, to }: { permission: Permission; to: string }) {
  return (
    <Notice color="gray">
      {`To ${to} you need the permission `}<Code>{permission}</Code>. Ask an administrator of your organization for it.
    </Notice>
  );
}
