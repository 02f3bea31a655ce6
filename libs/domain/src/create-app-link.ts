/** The link that opens Slack's *Create an app* with our manifest filled in, so that nobody copies scopes by hand. */

/**
 * @param manifest as `GET /v1/slack/manifest` gives it
 * @param hostUrl *Slack Host URL* as far as it is filled in; GovSlack keeps its apps on a site of its own
 * @see https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests
 */
export function createAppLink(manifest: object, hostUrl = ''): string {
  const site = /\.slack-gov\.com\b/i.test(hostUrl) ? 'slack-gov.com' : 'slack.com';
  return `https://api.${site}/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`;
}
