/** The last Web API requests, for tests and for whoever looks what an app really sent. No credential is kept. */

export interface LoggedRequest {
  /** RFC 3339. */
  at: string;
  method: string;
  /** Id of the token's workspace. */
  workspace?: string;
  /** Sandbox tokens whole, any other by its ends. */
  token?: string;
  arguments: Record<string, unknown>;
  /** HTTP status; absent when no answer was sent. */
  status?: number;
  /** Slack's code of a refusal. */
  error?: string;
  /** A fault struck. */
  fault?: true;
}

const KEPT = 10_000;

export class RequestLog {
  private requests: LoggedRequest[] = [];

  add(request: LoggedRequest): void {
    this.requests.push(request);
    if (this.requests.length > KEPT * 1.1) this.requests = this.requests.slice(-KEPT);
  }

  list(): readonly LoggedRequest[] {
    return this.requests;
  }

  clear(): void {
    this.requests = [];
  }
}
