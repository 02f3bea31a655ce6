/** What digests consist of, for the wiring. */
import { DigestEndRepository } from './digest-end.repository.js';
import { DigestMembersRepository } from './digest-members.repository.js';
import { DigestWriter } from './digest-writer.js';
import { Folding } from './folding.js';
import { PausedMembers } from './paused-members.js';
import { RenewDigest } from './renew-digest.js';
import { SettlingJob } from './settling.job.js';
import { TakeApart } from './take-apart.js';
import { UntoldMembers } from './untold-members.js';

export const DIGEST_PROVIDERS = [DigestMembersRepository, DigestEndRepository, DigestWriter, PausedMembers, UntoldMembers, RenewDigest, Folding, TakeApart, SettlingJob];
