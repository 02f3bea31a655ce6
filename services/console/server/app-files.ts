/**
 * The built React app: files, the page for every other address, and what browsers must know about it. The page runs no
 * script that is not a file of ours.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import express, { type Request, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';

import { isApiPath } from './routes.js';

/** Where the build puts the app, seen from the built server. */
export const BUILT_APP = fileURLToPath(new URL('../app', import.meta.url));

const REDIRECTED = 'tocsin_redirected';

/** Security headers; what only https can have is left out of an installation that speaks plain http. */
export function securityHeaders(publicUrl: URL): RequestHandler {
  const secure = publicUrl.protocol === 'https:';
  return helmet({
    strictTransportSecurity: secure,
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
    referrerPolicy: { policy: 'same-origin' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"], // Mantine sets its theme in a style element
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(secure && { upgradeInsecureRequests: [] }),
      },
    },
  });
}

/**
 * Sends people who open the app under another name (127.0.0.1, an internal host) to PUBLIC_URL: Slack's way back and
 * links in messages lead there, and a session belongs to one name. A proxy that hides the name it was called by cannot
 * make this a loop: whoever was just redirected is served.
 */
export function toPublicUrl(publicUrl: URL): RequestHandler {
  return (request, response, next) => {
    const host = request.get('x-forwarded-host') ?? request.get('host');
    const wasRedirected = (request.get('cookie') ?? '').includes(`${REDIRECTED}=1`);
    if (host === publicUrl.host || wasRedirected || !isNavigation(request) || isApiPath(request.path)) {
      next();
      return;
    }
    response.cookie(REDIRECTED, '1', { maxAge: 10_000, httpOnly: true, sameSite: 'lax' });
    response.redirect(307, `${publicUrl.origin}/${request.originalUrl.replace(/^[/\\]+/, '')}`);
  };
}

function isNavigation(request: Request): boolean {
  return request.method === 'GET' && (request.get('accept') ?? '').includes('text/html');
}

export function appFiles(directory: string): Router {
  const router = express.Router();
  router.use('/assets', express.static(join(directory, 'assets'), { immutable: true, maxAge: '365d', index: false, fallthrough: false }));
  router.use(express.static(directory, { index: false, maxAge: '1h' }));
  router.get(/.*/, (request, response, next) => {
    if (isApiPath(request.path)) {
      next();
      return;
    }
    if (!existsSync(join(directory, 'index.html'))) {
      response.status(503).type('text').send('The console has not been built yet: run "npm run build" and start again.\n');
      return;
    }
    response.set('Cache-Control', 'no-cache').sendFile('index.html', { root: directory });
  });
  return router;
}
