/** The consent page: which app asks for what in which workspace, with Allow and Cancel. Everything shown is escaped. */
import { OPTIONAL_SCOPES, SLACK_SCOPES } from '@tocsin/domain';

import type { App } from '../app-grants.js';
import type { Workspace } from '../workspace.js';

const PROBLEMS: Record<string, string> = {
  invalid_client_id: 'No app has this client id. The sandbox’s is sandbox.client.',
  bad_redirect_uri: 'The redirect_uri is missing or is not an http or https address without a fragment.',
  no_scopes: 'The app asks for no scopes.',
  invalid_scope: 'A scope in the request is not one of Slack’s.',
};

export interface ConsentPage {
  workspaces: readonly Workspace[];
  app: App;
  scopes: readonly string[];
  /** Id or domain of the workspace that is chosen already. */
  team: string | undefined;
  needsApproval: boolean;
  /** What the decision must carry back: name and value. */
  hidden: readonly [string, string][];
}

/** @returns a whole HTML document */
export function consentPage({ workspaces, app, scopes, team, needsApproval, hidden }: ConsentPage): string {
  const fields = hidden.map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`).join('');
  const options = workspaces.map((workspace) => workspaceOption(workspace, team)).join('');
  return documentOf(
    `${app.name} asks for access`,
    `<form method="post" action="/oauth/v2/authorize">${fields}<input type="hidden" name="choices" value="shown">
      <h1>${escapeHtml(app.name)} is requesting permission to access a Slack workspace</h1>
      <p><label>Workspace <select name="workspace">${options}</select></label></p>
      <h2>What will ${escapeHtml(app.name)} be able to do?</h2>
      <ul class="scopes">${scopes.map(scopeLine).join('')}</ul>
      ${needsApproval ? `<p>An admin of the workspace must approve ${escapeHtml(app.name)} before it can be installed.</p>` : ''}
      <p class="actions"><button name="decision" value="cancel">Cancel</button> <button class="primary" name="decision" value="allow">${needsApproval ? 'Request to install' : 'Allow'}</button></p>
    </form>`,
  );
}

/** Where the way ends until an admin has approved: no link leads back to the app. */
export function requestSentPage(app: App): string {
  return documentOf('Request sent', `<h1>Your request was sent to the admins of the workspace</h1><p>Slack tells you when they have decided on ${escapeHtml(app.name)}. Once it is approved, install it again from where you came.</p>`);
}

/** @param code Slack's code for why the page cannot go on */
export function consentProblemPage(code: string): string {
  return documentOf('This cannot go on', `<h1>Something is not right with this link</h1><p>${escapeHtml(PROBLEMS[code] ?? 'The request is not valid.')}</p><p>Error code: <code>${escapeHtml(code)}</code></p>`);
}

function workspaceOption({ id, name, domain }: Workspace, wanted: string | undefined): string {
  const isWanted = wanted === id || wanted === domain;
  return `<option value="${escapeHtml(id)}"${isWanted ? ' selected' : ''}>${escapeHtml(name)} (${escapeHtml(domain)}.slack.com)</option>`;
}

function scopeLine(scope: string): string {
  const purpose = SLACK_SCOPES.find(({ name }) => name === scope)?.purpose ?? 'a permission that Tocsin does not ask for';
  const text = `<code>${escapeHtml(scope)}</code> ${escapeHtml(purpose)}`;
  return OPTIONAL_SCOPES.includes(scope) ? `<li><label><input type="checkbox" name="optional:${escapeHtml(scope)}" checked> ${text} (optional)</label></li>` : `<li>${text}</li>`;
}

function documentOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"></head>
<body class="consent"><main>${body}<p class="note">This is the Slack sandbox, a stand-in for Slack.</p></main></body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
