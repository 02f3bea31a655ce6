/** How the stand-in of Slack behaves; one variable each, read by its process. */

export interface SlackSettings {
  /** Milliseconds until it answers, evenly spread. */
  latencyMs: readonly [least: number, most: number];
  /** What a channel and a workspace take before they answer 429; left out = everything. */
  channel?: SlackLimit;
  workspace?: SlackLimit;
}

export interface SlackLimit {
  perSecond: number;
  burst: number;
}

/** Answers at once and takes everything. */
export const UNLIMITED: SlackSettings = { latencyMs: [0, 0] };

/** As Slack is from afar: a while away, one message a second in a channel with a little slack. */
export const AS_SLACK: SlackSettings = { latencyMs: [50, 150], channel: { perSecond: 1, burst: 2 } };

const VARIABLE = 'SLACK_STAND_IN';

export function toEnvironment(settings: SlackSettings): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(settings) };
}

export function fromEnvironment(environment: NodeJS.ProcessEnv): SlackSettings {
  return JSON.parse(environment[VARIABLE] ?? JSON.stringify(UNLIMITED)) as SlackSettings;
}

export function describeSlack({ latencyMs: [least, most], channel, workspace }: SlackSettings): string {
  const limit = (name: string, { perSecond, burst }: SlackLimit): string => `${perSecond} a second in a ${name}, ${burst} at once`;
  const limits = [...(channel ? [limit('channel', channel)] : []), ...(workspace ? [limit('workspace', workspace)] : [])];
  return `${most === 0 ? 'answers at once' : `answers after ${least}–${most} ms`}; takes ${limits.length === 0 ? 'everything' : limits.join(', ')}`;
}
