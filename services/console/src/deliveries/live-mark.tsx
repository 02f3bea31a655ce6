/** Whether the list changes by itself at this moment, is asked again every few seconds, or could not be asked since when. */
import { Text } from '@mantine/core';

interface LiveMarkProps {
  live: boolean;
  /** When what is shown was true, in milliseconds; undefined while nothing has failed since. */
  asOf: number | undefined;
}

export function LiveMark({ live, asOf }: LiveMarkProps) {
  const { words, title } = asOf === undefined ? nowWords(live) : { words: `As of ${new Date(asOf).toLocaleTimeString()}`, title: 'The list could not be asked for since. It is tried again.' };
  return <Text span size="sm" c="dimmed" className="live-mark" data-live={live && asOf === undefined} title={title}>{words}</Text>;
}

function nowWords(live: boolean): { words: string; title: string } {
  return live
    ? { words: 'Live', title: 'Changes are shown as they happen.' }
    : { words: 'Refreshed every 5 s', title: 'There is no live connection at this moment; the list is asked for again every 5 seconds.' };
}
