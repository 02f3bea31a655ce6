/** A start without a key that stored secrets need ends here, before anything is served, with what to do about it. */
import { Injectable, type OnModuleInit } from '@nestjs/common';

import { SecretBox } from '@tocsin/platform';

import { Credentials } from './credentials.js';
import { KeyRingRepository, type StoredSecrets } from './key-ring.repository.js';

/** One that does not open may have been tampered with; if none of these does, the key is another one. */
const SAMPLES = 5;
const RUNBOOK = 'docs/runbooks/rotate-encryption-keys.md';

@Injectable()
export class KeyRingCheck implements OnModuleInit {
  constructor(
    private readonly keys: KeyRingRepository,
    private readonly credentials: Credentials,
    private readonly secrets: SecretBox,
  ) {}

  /** @throws Error that names the keys */
  async onModuleInit(): Promise<void> {
    const inUse = await this.keys.inUse(SAMPLES);
    const missing = inUse.filter(({ keyId }) => !this.secrets.hasKey(keyId));
    if (missing.length > 0) {
      const list = missing.map(({ keyId, count }) => `"${keyId}" (${count} stored ${count === 1 ? 'secret' : 'secrets'})`).join(', ');
      throw new Error(`ENCRYPTION_KEYS has no key ${list}. Add it back after the first one (id:base64) and start again; the log says when nothing is sealed with it any more. If it is lost: ${RUNBOOK}.`);
    }
    const wrong = inUse.find(({ samples }) => samples.length > 0 && !samples.some((sample) => this.opens(sample)));
    if (wrong) throw new Error(`ENCRYPTION_KEYS: the key "${wrong.keyId}" is not the one that sealed what is stored under this id. Give it back its old value, and a new key a new id. If the old value is lost: ${RUNBOOK}.`);
  }

  private opens({ token, ...place }: StoredSecrets): boolean {
    try {
      this.credentials.reseal(place, { token, refresh: undefined });
      return true;
    } catch {
      return false;
    }
  }
}
