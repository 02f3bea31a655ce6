/** Why a control is disabled: the permission that it needs. */
import { Alert, Code } from '@mantine/core';

import type { Permission } from '@tocsin/domain';

export function NeedsPermission({ permission, to }: { permission: Permission; to: string }) {
  return (
    <Alert color="gray" variant="light" className="alert">
      {`To ${to} you need the permission `}<Code>{permission}</Code>. Ask an administrator of your organization for it.
    </Alert>
  );
}
