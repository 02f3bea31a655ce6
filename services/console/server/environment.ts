/** What the app must know before anybody has signed in. */
export interface ConsoleEnvironment {
  /** Messages go to the Slack sandbox, not to Slack. */
  slackSandbox: boolean;
  /** `POST /v1/dev/token` gives tokens to whoever asks. */
  developmentIssuer: boolean;
  /** The sandbox's page, as a browser reaches it. */
  sandboxUrl?: string;
  /** Who signs the bearer tokens that are accepted here. */
  issuer?: string;
}
