import { channel } from 'node:diagnostics_channel';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { armFailPoint, failPoint, failPointAtRequests } from './fail-point.js';

const kill = jest.spyOn(process, 'kill').mockReturnValue(true);

afterEach(() => {
  armFailPoint(undefined);
  kill.mockClear();
});

describe('a fail point', () => {
  test('does nothing unless it is armed', () => {
    for (let pass = 0; pass < 5; pass += 1) failPoint('claim.commit');
    expect(kill).not.toHaveBeenCalled();
  });

  test('ends the process at the pass that was named, by SIGKILL, and only then', () => {
    armFailPoint('claim.commit:3');
    failPoint('claim.commit');
    failPoint('claim.commit');
    failPoint('finish.commit');
    failPoint('claim.commit', 'before');
    expect(kill).not.toHaveBeenCalled();
    failPoint('claim.commit');
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']]);
  });

  test('has two sides', () => {
    armFailPoint('arrival.commit:1:before');
    failPoint('arrival.commit');
    expect(kill).not.toHaveBeenCalled();
    failPoint('arrival.commit', 'before');
    expect(kill).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['a name that is none', 'nowhere:1', 'there is no point "nowhere"'],
    ['no pass', 'claim.commit', 'does not say at which pass'],
    ['a pass before the first', 'claim.commit:0', 'does not say at which pass'],
    ['another side', 'claim.commit:1:beside', '"before" or "after"'],
    ['more than there is', 'claim.commit:1:after:again', '"before" or "after"'],
  ])('is refused with %s', (_, text, said) => {
    expect(() => { armFailPoint(text); }).toThrow(said);
  });

  test('at requests is passed by those to its path, once they are written', () => {
    const written = (path: string): void => { channel('undici:request:bodySent').publish({ request: { path } }); };
    failPointAtRequests('request.write', '/chat.postMessage');
    armFailPoint('request.write:2');
    written('/api/chat.postMessage'); // was not armed when it was asked
    failPointAtRequests('request.write', '/chat.postMessage');
    written('/api/conversations.list');
    written('/api/chat.postMessage');
    expect(kill).not.toHaveBeenCalled();
    written('/api/chat.postMessage');
    expect(kill).toHaveBeenCalledTimes(1);
  });
});
