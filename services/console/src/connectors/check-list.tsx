/** What VERIFY CONNECTIVITY found: each check with its remedy; a failure has its own heading and stays. */
import { Text } from '@mantine/core';

import type { ConnectivityCheckView } from '@tocsin/contracts';
import { cleanLine } from '@tocsin/domain';

import { Notice } from '../parts/notice.js';

const SIGNS = { passed: ['✓', 'passed'], failed: ['✗', 'failed'], warning: ['!', 'warning'] } as const;

export function CheckList({ checks, ok }: { checks: readonly ConnectivityCheckView[]; ok: boolean }) {
  if (ok) return <Checks checks={checks} label="Checks" />;
  const passed = checks.filter(({ status }) => status === 'passed');
  const others = checks.filter(({ status }) => status !== 'passed').sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'));
  return (
    <>
      <Notice color="red" role="alert" title="Check your credentials and permissions">
        <Checks checks={others} label="What failed" />
      </Notice>
      {passed.length > 0 && (
        <details className="more">
          <summary>{passed.length === 1 ? '1 check passed' : `${passed.length} checks passed`}</summary>
          <Checks checks={passed} label="What passed" />
        </details>
      )}
    </>
  );
}

function Checks({ checks, label }: { checks: readonly ConnectivityCheckView[]; label: string }) {
  return (
    <ul className="checks" aria-label={label}>
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
