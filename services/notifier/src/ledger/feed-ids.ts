/** Where a reader of the feed goes on, as it is told: sealed, for the number behind it counts what happens in all organizations. */
import { Injectable } from '@nestjs/common';

import { SecretBox } from '@tocsin/platform';

/** What the ids are for: nothing else that is sealed opens as one. */
const PLACE = 'stream of deliveries';
/** As long for small numbers as for large ones. */
const DIGITS = 16;

@Injectable()
export class FeedIds {
  constructor(private readonly secrets: SecretBox) {}

  /** @returns another one each time */
  of(position: number): string {
    const { keyId, box } = this.secrets.seal(String(position).padStart(DIGITS, '0'), PLACE);
    return Buffer.from(JSON.stringify([keyId, box.toString('base64')])).toString('base64url');
  }

  /** @returns undefined for what is not one of ours, or whose key is gone */
  positionIn(id: string): number | undefined {
    try {
      const [keyId, box] = JSON.parse(Buffer.from(id, 'base64url').toString('latin1')) as [string, string];
      return Number(this.secrets.open({ keyId, box: Buffer.from(box, 'base64') }, PLACE));
    } catch {
      return undefined;
    }
  }
}
