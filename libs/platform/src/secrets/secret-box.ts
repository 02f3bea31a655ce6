/**
 * Secrets at rest: AES-256-GCM with a key ring. A sealed value names its key and is bound to the place where it is
 * stored, so a value copied to another row does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface SealedSecret {
  keyId: string;
  /** Nonce, ciphertext and tag. */
  box: Buffer;
}

export class SecretBox {
  private readonly keys: ReadonlyMap<string, Buffer>;
  /** The key that seals. */
  readonly currentKeyId: string;

  /** @param keyRing `id:base64,id:base64`, keys of 32 bytes, the first one seals. @throws Error naming what is wrong with the ring, never a key */
  constructor(keyRing: string) {
    const entries = keyRing.split(',').map((entry, index): [string, Buffer] => {
      const [id, key, ...rest] = entry.trim().split(':');
      const bytes = Buffer.from(key ?? '', 'base64');
      if (!id || rest.length > 0 || bytes.length !== 32) throw new Error(`ENCRYPTION_KEYS: entry ${index + 1} is not id:base64 with a key of 32 bytes`);
      return [id, bytes];
    });
    this.keys = new Map(entries);
    if (this.keys.size !== entries.length) throw new Error('ENCRYPTION_KEYS: two keys have the same id');
    this.currentKeyId = entries[0]?.[0] ?? '';
  }

  /** @param place where the value is stored, for example `organization/connection`; the same is needed to open it */
  seal(secret: string, place: string): SealedSecret {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key(this.currentKeyId), nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return { keyId: this.currentKeyId, box: Buffer.concat([nonce, sealed, cipher.getAuthTag()]) };
  }

  /** @throws Error when the key is not in the ring, or the value was changed or belongs to another place */
  open({ keyId, box }: SealedSecret, place: string): string {
    const decipher = createDecipheriv(ALGORITHM, this.key(keyId), box.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(place))
      .setAuthTag(box.subarray(box.length - TAG_BYTES));
    return decipher.update(box.subarray(NONCE_BYTES, box.length - TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  /** Whether a value that this key sealed can be opened. */
  hasKey(id: string): boolean {
    return this.keys.has(id);
  }

  private key(id: string): Buffer {
    const key = this.keys.get(id);
    if (!key) throw new Error(`ENCRYPTION_KEYS has no key "${id}", which sealed a stored secret; add it back after the first one`);
    return key;
  }
}

/**
 * The secrets by which services know each other: SERVICE_SECRET, or one derived from each key of the ring (HKDF, RFC 5869). The
 * first one signs and all are accepted, so that services before and after a change of the ring's order go on talking.
 */
export function serviceSecrets(settings: { SERVICE_SECRET?: string | undefined; ENCRYPTION_KEYS: string }): readonly [Uint8Array, ...Uint8Array[]] {
  if (settings.SERVICE_SECRET !== undefined) return [new TextEncoder().encode(settings.SERVICE_SECRET)];
  const [first = '', ...others] = settings.ENCRYPTION_KEYS.split(',');
  return [derived(first), ...others.map(derived)];
}

function derived(entry: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(entry.trim().split(':')[1] ?? '', 'base64'), '', 'tocsin service authentication', 32));
}
