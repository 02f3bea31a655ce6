/** `--to`: a channel or a person, as people write them. */
import { SLACK_DESTINATION_ID, type Destination } from '@tocsin/domain';

import { CliFailure, EXIT } from './exit-code.js';

/** @param text `#channel`, `channel`, an e-mail address or a Slack id. @throws CliFailure when it is none of them */
export function parseDestination(text: string): Destination {
  const trimmed = text.trim();
  if (SLACK_DESTINATION_ID.test(trimmed)) return { id: trimmed };
  if (/^[^\s@]+@[^\s@]+$/.test(trimmed)) return { email: trimmed };
  if (/^#?[^\s#@]{1,80}$/.test(trimmed)) return { name: trimmed };
  throw new CliFailure(EXIT.refused, `"${text}" is no destination. Use #channel, an e-mail address, or a Slack id (C…, G…, D… or U…).`);
}
