import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { PeerUnavailable, type InternalClient } from '@tocsin/platform';

import { Credentials, type Credential } from './credentials.js';

/** connector, as far as it is asked for tokens. */
class PlayedConnector {
  asked = 0;
  away = false;
  credential: Credential | undefined = { token: 'xoxb-1', credentialVersion: 1 };
  /** Answers wait until it is called. */
  release: (() => void) | undefined;
  isSlow = false;

  readonly client = { get: async () => this.answer() } as unknown as InternalClient;

  private async answer(): Promise<Credential | undefined> {
    this.asked += 1;
    const { credential } = this;
    if (this.isSlow) await new Promise<void>((resolve) => { this.release = resolve; });
    if (this.away) throw new PeerUnavailable('connector', new Error('ECONNREFUSED'));
    return credential;
  }
}

let connector: PlayedConnector;
let credentials: Credentials;

beforeEach(() => {
  jest.useFakeTimers();
  connector = new PlayedConnector();
  credentials = new Credentials(connector.client);
});

afterEach(() => {
  jest.useRealTimers();
});

async function token(): Promise<string | undefined> {
  return (await credentials.of('c1'))?.token;
}

function pass(seconds: number): void {
  jest.advanceTimersByTime(seconds * 1000);
}

describe('a token in notifier’s memory', () => {
  test('is asked for once, also by many at the same time, and lives five minutes', async () => {
    expect(await Promise.all([token(), token(), token()])).toEqual(['xoxb-1', 'xoxb-1', 'xoxb-1']);
    pass(299);
    await token();
    expect(connector.asked).toBe(1);
    pass(2);
    await token();
    expect(connector.asked).toBe(2);
  });

  test('is served for hours while connector is away, which is not asked for each message', async () => {
    await token();
    connector.away = true;
    pass(3600);
    for (let n = 0; n < 10; n += 1) expect(await token()).toBe('xoxb-1');
    expect(connector.asked).toBe(2);
    [connector.away, connector.credential] = [false, { token: 'xoxb-2', credentialVersion: 2 }];
    pass(6);
    expect(await token()).toBe('xoxb-2');
  });

  test('that is not known while connector is away is an error that passes', async () => {
    connector.away = true;
    await expect(token()).rejects.toThrow(PeerUnavailable);
  });

  test('is forgotten when its connection changes, also while an older answer is on its way', async () => {
    connector.isSlow = true;
    const early = token();
    connector.credential = { token: 'xoxb-2', credentialVersion: 2 };
    credentials.forget('c1');
    connector.isSlow = false;
    expect(await token()).toBe('xoxb-2');
    connector.release?.();
    expect(await early).toBe('xoxb-1');
    expect(await token()).toBe('xoxb-2');
  });

  test('that is gone is not served any more', async () => {
    await token();
    connector.credential = undefined;
    pass(301);
    expect(await token()).toBeUndefined();
    connector.away = true;
    await expect(token()).rejects.toThrow(PeerUnavailable);
  });
});

describe('a token that ends', () => {
  test('is asked for anew before that', async () => {
    connector.credential = { token: 'xoxe.xoxb-1', credentialVersion: 1, expiresInSeconds: 60 };
    await token();
    connector.credential = { token: 'xoxe.xoxb-2', credentialVersion: 2, expiresInSeconds: 43_200 };
    pass(49);
    expect(await token()).toBe('xoxe.xoxb-1');
    pass(2);
    expect(await token()).toBe('xoxe.xoxb-2');
  });

  test('is not served after its end, also while connector is away: messages wait instead', async () => {
    connector.credential = { token: 'xoxe.xoxb-1', credentialVersion: 1, expiresInSeconds: 3600 };
    await token();
    connector.away = true;
    pass(3599);
    expect(await token()).toBe('xoxe.xoxb-1');
    pass(2);
    await expect(token()).rejects.toThrow(PeerUnavailable);
  });

  test('and that connector has not renewed yet is as if connector were away', async () => {
    connector.credential = { token: 'xoxe.xoxb-1', credentialVersion: 1, expiresInSeconds: -1 };
    await expect(token()).rejects.toThrow(PeerUnavailable);
    connector.credential = { token: 'xoxe.xoxb-2', credentialVersion: 2, expiresInSeconds: 43_200 };
    expect(await token()).toBe('xoxe.xoxb-2');
  });
});
