/**
 * The manifest that makes a Slack app for Tocsin, so that nobody types scopes by hand. The published app also comes back
 * from the consent page and hears Slack's events; the app of a token connection has neither.
 */
import { OPTIONAL_SCOPES, SLACK_SCOPES } from '@tocsin/domain';

export type ManifestPurpose = 'token' | 'published';

const BOT_EVENTS = [
  'app_uninstalled', 'tokens_revoked',
  'channel_created', 'channel_rename', 'channel_archive', 'channel_unarchive', 'channel_deleted', 'channel_shared', 'channel_unshared', 'channel_id_changed',
  'group_rename', 'group_archive', 'group_unarchive', 'group_deleted',
  'member_joined_channel', 'member_left_channel', 'user_change',
];

/** @param publicUrl without a slash at its end. @see https://docs.slack.dev/reference/app-manifest */
export function appManifest(purpose: ManifestPurpose, publicUrl: string): object {
  const isPublished = purpose === 'published';
  return {
    _metadata: { major_version: 2, minor_version: 0 },
    display_information: { name: 'Tocsin', description: 'Security issue alerts and workflow notifications', background_color: '#1d1c1d' },
    features: {
      // Without the Messages Tab nobody can be written to directly.
      app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'Tocsin', always_online: true },
    },
    oauth_config: {
      ...(isPublished && { redirect_urls: [`${publicUrl}/slack/oauth/callback`] }),
      scopes: { bot: SLACK_SCOPES.map(({ name }) => name), bot_optional: [...OPTIONAL_SCOPES] },
    },
    settings: {
      ...(isPublished && { event_subscriptions: { request_url: `${publicUrl}/slack/events`, bot_events: BOT_EVENTS } }),
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  };
}
