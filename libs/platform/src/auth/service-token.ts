/** How services know each other: a token of one minute, signed with the shared service secret. */
import { SignJWT, jwtVerify } from 'jose';

const AUDIENCE = 'tocsin-internal';

/** @returns a JWT (HS256), good for 60 seconds */
export async function signServiceToken(service: string, secret: Uint8Array): Promise<string> {
  return new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setIssuer(service).setAudience(AUDIENCE).setIssuedAt().setExpirationTime('60s').sign(secret);
}

/** The calling service's name; undefined when the token is not one of ours. @param secrets any of them may have signed it */
export async function verifyServiceToken(token: string, secrets: readonly Uint8Array[]): Promise<string | undefined> {
  for (const secret of secrets) {
    const service = await issuerOf(token, secret);
    if (service !== undefined) return service;
  }
  return undefined;
}

async function issuerOf(token: string, secret: Uint8Array): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(token, secret, { audience: AUDIENCE, algorithms: ['HS256'], clockTolerance: 30 });
    return payload.iss;
  } catch {
    return undefined;
  }
}
