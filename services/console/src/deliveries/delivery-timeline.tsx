/** What happened to a delivery, in words and in order: accepted, matched by, why it waited, each attempt with Slack's answer. */
import { Code, Text, Title } from '@mantine/core';

import type { Delivery } from '@tocsin/contracts';

import { useNow } from '../time/use-now.js';
import { answerOf, needsDate, timelineOf, type Moment } from './timeline.js';

export function DeliveryTimeline({ delivery }: { delivery: Delivery }) {
  const now = useNow();
  const moments = timelineOf(delivery);
  return (
    <section aria-label="Timeline">
      <Title order={3} size="h6" mb={8}>Timeline</Title>
      <ol className="timeline">
        {moments.map((moment, at) => <Entry key={`${moment.at} ${at}`} moment={moment} dated={needsDate(moment, moments[at - 1], now)} />)}
      </ol>
    </section>
  );
}

function Entry({ moment: { at, word, tone, text, slack }, dated }: { moment: Moment; dated: boolean }) {
  const time = new Date(at);
  const answer = answerOf(slack);
  const clock = time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 1 });
  return (
    <li data-tone={tone}>
      <Text span size="sm" fw={600}>{word}</Text>
      <Text span size="xs" c="dimmed" ml={8}><time dateTime={at} title={time.toLocaleString()}>{dated ? `${time.toLocaleDateString([], { dateStyle: 'medium' })}, ${clock}` : clock}</time></Text>
      <Text size="sm">{text}</Text>
      {answer !== undefined && <Text size="sm" c="dimmed">Slack’s answer: <Code>{answer}</Code></Text>}
    </li>
  );
}
