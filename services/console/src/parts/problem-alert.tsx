/** A failure as a person needs it: what, where, what to do, and the id that leads to it in the log. */
import { Code, List, Text } from '@mantine/core';

import { ApiProblem } from '../api/client.js';
import { Notice } from './notice.js';
import { WorkButton } from './work-button.js';

interface ProblemAlertProps {
  error: Error;
  onRetry?: () => void;
  /** It is being tried again. */
  busy?: boolean;
}

export function ProblemAlert({ error, onRetry, busy = false }: ProblemAlertProps) {
  const problem = error instanceof ApiProblem ? error.problem : undefined;
  return (
    <Notice color="red" role="alert" title={problem?.title ?? 'Something went wrong'}>
      <Text size="sm">{problem?.detail ?? error.message}</Text>
      {problem?.errors && problem.errors.length > 0 && (
        <List size="sm" mt="xs">
          {problem.errors.map(({ pointer, parameter, header, message }) => (
            <List.Item key={`${pointer ?? parameter ?? header ?? ''} ${message}`}>
              <Code>{pointer ?? parameter ?? header}</Code> {message}
            </List.Item>
          ))}
        </List>
      )}
      {problem?.hint !== undefined && <Text size="sm" mt="xs" fw={600}>{problem.hint}</Text>}
      {problem?.requestId && <Text size="xs" mt="xs">Request <Code>{problem.requestId}</Code></Text>}
      {onRetry && <WorkButton size="xs" variant="default" mt="sm" busy={busy} onClick={onRetry}>Try again</WorkButton>}
    </Notice>
  );
}
