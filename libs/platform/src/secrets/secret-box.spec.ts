import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { signServiceToken, verifyServiceToken } from '../auth/service-token.js';
import { SecretBox, serviceSecrets } from './secret-box.js';

const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const TOKEN = 'xoxb-1-2-secret';
const PLACE = 'acme/c1';

describe('a sealed secret', () => {
  test('opens at its place', () => {
    const box = new SecretBox(`k1:${OLD}`);
    expect(box.open(box.seal(TOKEN, PLACE), PLACE)).toBe(TOKEN);
  });

  test('never looks the same twice, nor shows what it holds', () => {
    const box = new SecretBox(`k1:${OLD}`);
    const [one, other] = [box.seal(TOKEN, PLACE), box.seal(TOKEN, PLACE)];
    expect(one.box.equals(other.box)).toBe(false);
    expect(one.box.toString('latin1')).not.toContain(TOKEN);
  });

  test.each(['acme/c2', 'globex/c1', ''])('does not open at the place "%s"', (place) => {
    const box = new SecretBox(`k1:${OLD}`);
    expect(() => box.open(box.seal(TOKEN, PLACE), place)).toThrow();
  });

  test('does not open when one bit of it was changed', () => {
    const box = new SecretBox(`k1:${OLD}`);
    const sealed = box.seal(TOKEN, PLACE);
    sealed.box[15] = (sealed.box[15] ?? 0) ^ 1;
    expect(() => box.open(sealed, PLACE)).toThrow();
  });

  test('opens after a new key came before its own, which from then on seals', () => {
    const before = new SecretBox(`k1:${OLD}`).seal(TOKEN, PLACE);
    const rotated = new SecretBox(`k2:${NEW}, k1:${OLD}`);
    expect(rotated.open(before, PLACE)).toBe(TOKEN);
    expect(rotated.seal(TOKEN, PLACE).keyId).toBe('k2');
  });

  test('says which key is missing from the ring', () => {
    const before = new SecretBox(`k1:${OLD}`).seal(TOKEN, PLACE);
    expect(() => new SecretBox(`k2:${NEW}`).open(before, PLACE)).toThrow('ENCRYPTION_KEYS has no key "k1"');
  });
});

describe('a key ring is refused', () => {
  test.each([
    ['', 'entry 1'],
    ['k1', 'entry 1'],
    [OLD, 'entry 1'],
    [`k1:${OLD},k2:c2hvcnQ=`, 'entry 2'],
    [`k1:${OLD}:more`, 'entry 1'],
    [`k1:${OLD},k1:${NEW}`, 'two keys have the same id'],
  ])('as "%s", by the place and never by the key', (ring, sentence) => {
    const failure = ((): unknown => {
      try {
        return new SecretBox(ring);
      } catch (error) {
        return error;
      }
    })();
    expect(String(failure)).toContain(sentence);
    expect(String(failure)).not.toContain(OLD);
  });
});

describe('the service secret', () => {
  test('is the setting where there is one', () => {
    expect(serviceSecrets({ SERVICE_SECRET: 'shared', ENCRYPTION_KEYS: `k1:${OLD}` }).map((secret) => new TextDecoder().decode(secret))).toEqual(['shared']);
  });

  test('else comes from the ring\'s keys, the same in every service, and is no key itself', () => {
    const [derived] = serviceSecrets({ ENCRYPTION_KEYS: `k1:${OLD}` });
    expect(serviceSecrets({ ENCRYPTION_KEYS: `renamed:${OLD}, k0:${NEW}` })[0]).toEqual(derived);
    expect(Buffer.from(derived).toString('base64')).not.toBe(OLD);
  });
});

describe('while the ring is changed service by service', () => {
  const STEPS = [`k1:${OLD}`, `k1:${OLD},k2:${NEW}`, `k2:${NEW},k1:${OLD}`, `k2:${NEW}`];
  const pairs = STEPS.slice(1).flatMap((next, index) => [[STEPS[index] ?? '', next], [next, STEPS[index] ?? '']]);

  test.each(pairs)('a service with %s is known to one with %s', async (caller, called) => {
    const token = await signServiceToken('notifier', serviceSecrets({ ENCRYPTION_KEYS: caller })[0]);
    expect(await verifyServiceToken(token, serviceSecrets({ ENCRYPTION_KEYS: called }))).toBe('notifier');
  });

  test('a key that is in no ring any more is none', async () => {
    const token = await signServiceToken('notifier', serviceSecrets({ ENCRYPTION_KEYS: `k1:${OLD}` })[0]);
    expect(await verifyServiceToken(token, serviceSecrets({ ENCRYPTION_KEYS: `k2:${NEW}` }))).toBeUndefined();
  });
});
