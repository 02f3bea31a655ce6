/** What is answered to whoever wants a message taken back, when Slack does not delete it. */
import type { SlackFailure } from '@tocsin/domain';
import { ProblemException } from '@tocsin/platform';

export function refusal(failure: SlackFailure): ProblemException {
  const { code, message: detail } = failure;
  if (failure.family === 'busy') return slackAsksToWait(failure.retryAfterSeconds, detail, code);
  if (failure.family !== 'refused') return new ProblemException(503, { title: 'Slack did not answer', code: 'slack_away', detail, hint: 'Try again: a message that is gone already counts as taken back.' }, { 'Retry-After': '5' });
  const { needed, provided } = failure;
  const hint = failure.kind === 'connection' || failure.kind === 'configuration' ? failure.remedy : 'Delete the message in Slack.';
  return new ProblemException(422, { title: 'Slack refuses', code: 'slack_refused', detail, hint, slack: { error: code, ...(needed !== undefined && { needed }), ...(provided !== undefined && { provided }) } });
}

/** Slack was not asked: it said before how long to wait. @param seconds that are left of that */
export function slackAskedToWait(seconds: number): ProblemException {
  return slackAsksToWait(seconds, 'Slack asked to wait before more messages of this workspace are deleted.', 'ratelimited');
}

function slackAsksToWait(seconds: number, detail: string, error: string): ProblemException {
  return new ProblemException(429, { title: 'Slack asks to wait', code: 'slack_busy', detail, hint: `Try again in ${seconds} seconds.`, slack: { error } }, { 'Retry-After': String(seconds) });
}
