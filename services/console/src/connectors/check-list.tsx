/** What VERIFY CONNECTIVITY found: each check with its remedy; a failure has its own heading and stays. */
import { Text } from '@mantine/core';

import type { ConnectivityCheckView } from '@tocsin/contracts';
import { cleanLine } from '@tocsin/domain';

import { Notice } from '../parts/notice.js';

const SIGNS = { passed: ['✓', 'passed'], failed: ['✗', 'failed'], warning: ['!', 'warning'] } as const;

export function CheckList({ checks, ok }: { checks: readonly ConnectivityCheckView[]; ok: boolean }) {
  if (ok) return <Checks checks={checks} />;
  return (
    <Notice color="red" role="alert" title="Check your credentials and permissions">
      <Checks checks={[...checks].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'))} />
    </Notice>
  );
}

function Checks({ checks }: { checks: readonly ConnectivityCheckView[] }) {
  return (
    <ul className="checks" aria-label="Checks">
      {checks.map(({ id, status, message, remedy }) => {
        const [sign, word] = SIGNS[status];
        return (
          <li key={id} className="check">
            <span className="check-mark" data-status={status} aria-hidden="true">{sign}</span>
            <div>
              <Text size="sm"><span className="visually-hidden">{`${word}: `}</span>{cleanLine(message)}</Text>
              {remedy !== undefined && <Text size="sm" fw={600}>{remedy}</Text>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
