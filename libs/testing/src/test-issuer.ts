/** A real OpenID Connect issuer on loopback, small: discovery, keys, and tokens for whoever a test wants to be. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface TestTokenClaims {
  user: string;
  organization?: string;
  roles?: readonly string[];
  /** Seconds; 3600 unless given, negative = expired already. */
  expiresIn?: number;
}

export interface TestIssuer {
  /** Value for OIDC_ISSUER. */
  url: string;
  token: (claims: TestTokenClaims) => Promise<string>;
  stop: () => Promise<void>;
}

const ALGORITHM = 'ES256';
const KEY_ID = 'test';

/** @returns an issuer that listens until it is closed */
export async function testIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const keys = [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' }];
  let url = '';
  const server = createServer((request, response) => {
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/jwks.json` },
      '/jwks.json': { keys },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token: ({ user, organization = 'acme', roles = ['admin'], expiresIn = 3600 }) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ email: user, organization, roles: [...roles] })
        .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
        .setIssuer(url).setSubject(user).setIssuedAt(now).setExpirationTime(now + expiresIn)
        .sign(privateKey);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
