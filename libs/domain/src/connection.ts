/** An organization's link to one Slack workspace. */

export const CONNECTION_METHODS = ['oauth', 'token'] as const;
export type ConnectionMethod = (typeof CONNECTION_METHODS)[number];

export const HEALTH_STATES = ['connected', 'needs_attention', 'revoked'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** One line of VERIFY CONNECTIVITY. */
export interface ConnectivityCheck {
  id: string;
  status: 'passed' | 'failed' | 'warning';
  message: string;
  remedy?: string;
}
