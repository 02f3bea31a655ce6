/** From the checks of a token to what they allow: a credential that may be kept, or the problem that lists what failed. */
import type { VerificationResult } from '@tocsin/contracts';
import type { ConnectionMethod } from '@tocsin/domain';
import { ProblemException } from '@tocsin/platform';

import type { Verification } from '../verification/verify-token.js';
import type { AcceptedCredential } from './connect.js';

/** @throws ProblemException 422 with `checks` when one of them failed */
export function accepted(method: ConnectionMethod, token: string, verification: Verification): AcceptedCredential {
  const { ok, found } = verification;
  if (!ok || !found) throw refused(verification);
  return { method, token: token.trim(), expiresInSeconds: found.identity.expiresInSeconds, ...found };
}

/** The problem of a credential that may not be kept: its failed checks in a sentence, all checks beside. */
export function refused({ checks }: Pick<Verification, 'checks'>): ProblemException {
  const said = checks.filter(({ status }) => status === 'failed');
  const [first] = said.length > 0 ? said : checks.filter(({ status }) => status === 'warning');
  return new ProblemException(422, {
    title: 'Check your credentials and permissions',
    code: 'checks_failed',
    detail: said.length > 1 ? `${said.length} checks failed. ${first?.message ?? ''}` : (first?.message ?? 'The checks did not pass.'),
    ...(first?.remedy !== undefined && { hint: first.remedy }),
    checks,
  });
}

/** What VERIFY CONNECTIVITY answers. */
export function toResult({ ok, checks, found }: Verification): VerificationResult {
  return { ok, checks, ...(found && { workspace: found.identity.workspace, bot: found.identity.bot }) };
}
