/**
 * The error codes of Slack's Web API that Tocsin knows: family or kind of refusal, a sentence, a remedy. The codes are
 * those of Slack's method pages and a few that were only met in practice; the meanings are told in our own words.
 */

/** A family, or for refusals what has to change. `quota` = the workspace may send no more for hours. */
export type SlackErrorKind = 'busy' | 'quota' | 'shaken' | 'unsure' | 'connection' | 'configuration' | 'target' | 'content';

export interface KnownSlackError {
  kind: SlackErrorKind;
  message: string;
  remedy: string;
}

export const REMEDIES = {
  reconnect: 'Connect the workspace again in Connectors › Dev Alerts › Slack: create or copy a new Bot User OAuth Token, or use CONNECT.',
  reinstall: 'Add the scope to the Slack app (OAuth & Permissions, Bot Token Scopes), reinstall the app to the workspace and replace the token.',
  admin: 'Ask an administrator of the Slack workspace to allow this for the app.',
  orgAdmin: 'Ask an administrator of the Slack organization to allow the app in this workspace.',
  installAgain: 'Start CONNECT again from Connectors › Dev Alerts › Slack.',
  clientSettings: 'Check SLACK_CLIENT_ID and SLACK_CLIENT_SECRET against Basic Information of the Slack app.',
  redirect: 'Add PUBLIC_URL/slack/oauth/callback to the Redirect URLs of the Slack app, exactly as it is.',
  invite: 'Invite the app to the channel with /invite, or choose another channel.',
  chooseChannel: 'Choose another channel. If the channel is private, invite the app to it with /invite first.',
  choosePerson: 'Choose another person, or a channel.',
  chooseTarget: 'Choose another destination.',
  unarchive: 'Unarchive the channel in Slack, or choose another one.',
  message: 'The message that was posted earlier cannot be changed any more; a new one can be sent.',
  content: 'Send it again; if it is refused again, report it as a defect of Tocsin with the id of the delivery.',
  report: 'Report it as a defect of Tocsin with the id of the request or delivery.',
  wait: 'Nothing has to be done: Tocsin tries again as far as that is safe.',
  look: 'Look in Slack whether the message is there; if it is not, replay the delivery.',
  slowDown: 'Nothing has to be done: Tocsin goes on when Slack allows it.',
  quota: 'The workspace has used up the messages of its Slack plan; an administrator can raise the plan, else wait.',
  network: 'Check the way from Tocsin to SLACK_BASE_URL: name resolution, firewall, proxy and certificates.',
  unknown: 'Look the code up on Slack’s page of the method; if it can pass later, replay the delivery.',
} as const;

type Row = readonly [code: string, message: string, remedy?: keyof typeof REMEDIES];

function table(kind: SlackErrorKind, remedy: keyof typeof REMEDIES, rows: readonly Row[]): [string, KnownSlackError][] {
  return rows.map(([code, message, own]) => [code, { kind, message, remedy: REMEDIES[own ?? remedy] }]);
}

const busy = [
  ...table('busy', 'slowDown', [
    ['ratelimited', 'Slack asks us to slow down.'],
    ['rate_limited', 'Slack asks us to post fewer messages.'],
  ]),
  ...table('quota', 'quota', [['message_limit_exceeded', 'The workspace has reached the number of messages that its plan allows.']]),
];

const transient = [
  ...table('shaken', 'wait', [
    ['team_added_to_org', 'The workspace is being moved into a Slack organization; Slack does nothing for it meanwhile.'],
    ['org_login_required', 'The workspace is being moved into a Slack organization and comes back when that is done.'],
    ['external_channel_migrating', 'The channel is being moved; its messages cannot be changed meanwhile.'],
    ['streaming_state_conflict', 'The message is still being written by another call.'],
  ]),
  ...table('unsure', 'wait', [
    ['fatal_error', 'Slack failed in the middle of its work.'],
    ['internal_error', 'Slack had an internal error; part of the work may be done.'],
    ['request_timeout', 'Slack received the request cut off or too slowly.'],
    ['service_unavailable', 'Slack is not available at the moment.'],
    ['fetch_members_failed', 'Slack could not read the members of the channel.'],
    ['update_failed', 'Slack could not change the message.'],
  ]),
];

const connection = table('connection', 'reconnect', [
  ['account_inactive', 'The app’s account in the workspace was deactivated, or the workspace is gone.'],
  ['invalid_auth', 'Slack does not accept the token, or does not accept it from our network address.'],
  ['not_allowed_token_type', 'Slack does not allow this kind of token here.'],
  ['not_authed', 'Slack received no token.'],
  ['team_access_not_granted', 'The token has no access to this workspace.', 'orgAdmin'],
  ['token_revoked', 'The token was revoked, or the app was removed from the workspace.'],
  ['token_expired', 'The token has expired.'],
  ['two_factor_setup_required', 'The workspace demands two-factor authentication, which is not set up for this account.', 'admin'],
  ['not_bearer_token', 'Slack does not accept this kind of token as a bearer token.'],
]);

const configuration = table('configuration', 'admin', [
  ['access_denied', 'Slack denies access to this.'],
  ['accesslimited', 'Slack limits this method on our network.'],
  ['deprecated_endpoint', 'Slack has switched this method off.', 'report'],
  ['method_deprecated', 'Slack has switched this method off.', 'report'],
  ['unknown_method', 'Slack does not know the method; SLACK_BASE_URL may not be Slack’s.', 'network'],
  ['upgrade_required', 'Slack demands https.', 'network'],
  ['ekm_access_denied', 'Administrators have suspended posting (Enterprise Key Management).'],
  ['enterprise_is_restricted', 'The method cannot be called for a whole Slack organization.', 'orgAdmin'],
  ['missing_scope', 'The app was not granted a scope that this needs.', 'reinstall'],
  ['no_permission', 'The token does not have the permission that this needs.', 'reinstall'],
  ['method_not_supported_for_channel_type', 'Slack does not do this in a conversation of this kind.', 'chooseChannel'],
  ['missing_argument', 'Slack misses an argument of the call.', 'report'],
  ['as_user_not_supported', 'Slack refuses the argument as_user.', 'report'],
  ['messages_tab_disabled', 'The app takes no direct messages: its Messages Tab is switched off (App Home of the Slack app).'],
  ['metadata_must_be_sent_from_app', 'Slack takes message metadata from apps only.', 'report'],
  ['team_not_found', 'The workspace was not found, or the token of a whole organization needs a channel’s id instead of its name.', 'chooseChannel'],
  ['preview_feature_not_available', 'The workspace does not have this feature of Slack yet.'],
  ['client_id_token_mismatch', 'Client id and token belong to different Slack apps.', 'clientSettings'],
  ['bad_client_secret', 'Slack does not accept the client secret.', 'clientSettings'],
  ['invalid_client_id', 'Slack does not know the client id.', 'clientSettings'],
  ['bad_redirect_uri', 'The redirect URL is not the one that the installation began with, or the Slack app does not list it.', 'redirect'],
  ['cannot_install_an_org_installed_app', 'The app is installed for the whole Slack organization and cannot be installed in one workspace as well.', 'orgAdmin'],
  ['no_scopes', 'The installation asked for no scopes.', 'report'],
  ['oauth_authorization_url_mismatch', 'The installation began on an old consent page.', 'installAgain'],
  ['pkce_not_allowed', 'The Slack app may not use PKCE.', 'clientSettings'],
  ['user_email_unverified', 'The person who installs must confirm their e-mail address in Slack first.', 'installAgain'],
  ['invalid_code', 'Slack does not know this installation code: it was used before, or is older than ten minutes.', 'installAgain'],
  ['invalid_code_verifier', 'The proof that belongs to the installation code is wrong.', 'installAgain'],
  ['invalid_refresh_token', 'Slack does not accept the refresh token.', 'reconnect'],
  ['invalid_team_for_non_distributed_app', 'The Slack app is not distributed and can be installed in its own workspace only.', 'installAgain'],
  ['invalid_scope', 'The installation asked for a scope that Slack does not give to this app.', 'admin'],
  ['scope_not_allowed_on_enterprise', 'A scope that was asked for cannot be given in a Slack organization.', 'orgAdmin'],
  ['unapproved_scope', 'A scope that was asked for has not been approved for this workspace.', 'admin'],
]);

const channels = table('target', 'chooseChannel', [
  ['channel_not_found', 'The channel does not exist, or it is private and the app is not in it.'],
  ['channel_is_limited_access', 'The channel is open to a limited circle only.'],
  ['not_in_channel', 'The app is not in the channel and may not post to channels that it is not in.', 'invite'],
  ['user_not_in_channel', 'The person is not in the channel.'],
  ['is_archived', 'The channel is archived.', 'unarchive'],
  ['is_inactive', 'The channel is frozen, archived or deleted.', 'unarchive'],
  ['too_many_members', 'The channel is full.'],
  ['restricted_action', 'A setting of the workspace does not let the app post there.', 'admin'],
  ['restricted_action_non_threadable_channel', 'The channel allows no threads.'],
  ['restricted_action_read_only_channel', 'The channel is read-only.', 'admin'],
  ['restricted_action_thread_locked', 'The thread has been locked.'],
  ['restricted_action_thread_only_channel', 'The channel allows replies in threads only.'],
  ['posting_to_channel_denied', 'The app may not share files in this channel.'],
  ['slack_connect_canvas_sharing_blocked', 'Canvases may not be shared with other companies.', 'admin'],
  ['slack_connect_file_link_sharing_blocked', 'Files may not be shared with other companies.', 'admin'],
  ['slack_connect_lists_sharing_blocked', 'Lists may not be shared with other companies.', 'admin'],
  ['slack_connect_blocked_file_type', 'Files of this type may not be shared with other companies.', 'admin'],
  ['slack_connect_clip_sharing_blocked', 'Clips may not be shared with other companies.', 'admin'],
  ['slack_connect_file_upload_sharing_blocked', 'Files may not be uploaded where other companies read.', 'admin'],
  ['duplicate_channel_not_found', 'The channel of an earlier copy of this message was not found.'],
]);

const peopleAndMessages = [
  ...table('target', 'choosePerson', [
    ['user_not_found', 'The person was not found in the workspace.'],
    ['users_not_found', 'Nobody in the workspace has this e-mail address; deactivated people cannot be found.'],
    ['user_disabled', 'The person’s account is deactivated.'],
    ['user_not_visible', 'The app may not see this person.'],
    ['cannot_dm_bot', 'The destination is a bot, which cannot be written to.'],
    ['missing_user', 'The person was not found.'],
    ['invalid_user_combination', 'These people share no channel with each other yet.'],
    ['not_enough_users', 'A conversation needs more people.'],
    ['too_many_users', 'The conversation has too many people.'],
    ['users_list_not_supplied', 'No people were named.', 'report'],
    ['bot_not_found', 'The bot was not found.'],
    ['bots_not_found', 'One of the bots was not found.'],
  ]),
  ...table('target', 'chooseTarget', [
    ['enterprise_not_found', 'The Slack organization was not found.'],
    ['org_not_found', 'The Slack organization was not found.'],
    ['team_not_on_enterprise', 'The workspace belongs to no Slack organization.'],
    ['fail_to_get_teams_for_restricted_user', 'The workspaces of a restricted person cannot be listed.'],
  ]),
  ...table('target', 'message', [
    ['message_not_found', 'The message was deleted in Slack, or never was there.'],
    ['thread_not_found', 'The message in whose thread it goes is not there.'],
    ['cannot_reply_to_message', 'Slack allows no replies to this message.'],
    ['duplicate_message_not_found', 'Slack holds no earlier copy of this message.'],
    ['cant_update_message', 'The app may not change this message.'],
    ['cant_delete_message', 'The app may not delete this message.'],
    ['cant_broadcast_message', 'The reply cannot be shown in the channel.'],
    ['edit_window_closed', 'A setting of the workspace no longer lets the message be changed.'],
    ['block_mismatch', 'Slack does not let this message change its form.'],
  ]),
];

const content = table('content', 'content', [
  ['invalid_arg_name', 'The call has an argument with an impossible name.'],
  ['invalid_arguments', 'Slack does not accept the arguments of the call.'],
  ['invalid_array_arg', 'The call has a list where Slack wants text.'],
  ['invalid_charset', 'The call names a character set that Slack does not read.'],
  ['invalid_form_data', 'Slack cannot read the form of the call.'],
  ['invalid_post_type', 'The call has a content type that Slack does not read.'],
  ['missing_post_type', 'The call has no content type.'],
  ['invalid_json', 'Slack cannot read the JSON of the call.'],
  ['json_not_object', 'The JSON of the call is no object.'],
  ['invalid_grant_type', 'The exchange of a code asked for an impossible grant.'],
  ['invalid_cursor', 'The list has changed so much that its next page cannot be found; it must be read from the beginning.', 'wait'],
  ['invalid_limit', 'The number of items asked for is impossible.'],
  ['invalid_types', 'The kinds of channels asked for are impossible.'],
  ['limit_required', 'The workspace is so large that lists must be read in pages.'],
  ['attachment_payload_limit_exceeded', 'The attachments of the message are too large.'],
  ['invalid_attachments', 'Slack does not accept the attachments of the message.'],
  ['too_many_attachments', 'The message has too many attachments.'],
  ['too_many_contact_cards', 'The message has too many contact cards.'],
  ['invalid_blocks', 'Slack does not accept the layout of the message.'],
  ['invalid_blocks_format', 'Slack cannot read the layout of the message.'],
  ['msg_blocks_too_long', 'The layout of the message is too long.'],
  ['msg_too_long', 'The text of the message is too long.'],
  ['msg_too_large', 'The message is too large.'],
  ['no_text', 'The message has no text.'],
  ['markdown_text_conflict', 'The message has text in two forms that exclude each other.'],
  ['invalid_metadata_format', 'Slack cannot read the metadata of the message.'],
  ['invalid_metadata_schema', 'The metadata of the message do not fit their schema.'],
  ['metadata_too_large', 'The metadata of the message are too large.'],
  ['no_dual_broadcast_content_update', 'A reply cannot be shown in the channel and changed at once.'],
  ['missing_file_data', 'The message shares a file without saying which.'],
  ['draft_already_sent', 'The draft was sent before.'],
  ['draft_already_deleted', 'The draft was deleted before.'],
  ['draft_has_conflict', 'The draft was changed elsewhere.'],
  ['draft_not_found', 'The draft was not found.'],
  ['blocked_file_type', 'Files of this type are not allowed.', 'admin'],
  ['file_deleted', 'The shared file was deleted.'],
  ['file_is_deleted', 'The shared file was deleted.'],
  ['file_not_found', 'The shared file was not found.'],
  ['file_share_limit_reached', 'The file was shared too often.'],
  ['max_file_sharing_exceeded', 'Too many files are shared at once.'],
  ['unable_to_share_files', 'The files could not be shared.'],
]);

/** Every known code; look up with `Object.hasOwn`, since the codes come from outside. */
export const SLACK_ERRORS: Readonly<Record<string, KnownSlackError>> = Object.fromEntries([...busy, ...transient, ...connection, ...configuration, ...channels, ...peopleAndMessages, ...content]);
