/**
 * The page for people: channels and people on the left, what arrived there on the right. Its script draws from `/page/state`,
 * asked for once a second; whoever has the present version already gets no body.
 */
import { fileURLToPath } from 'node:url';

import express, { type NextFunction, type Request, type Response, type Router } from 'express';

import { pageState } from './page-state.js';
import type { World } from '../world.js';

const FILES = fileURLToPath(new URL('../../page/', import.meta.url));
/** Pages of other people's texts run no script but our own and load nothing from elsewhere. A form may lead back to any app. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action http: https:; base-uri 'none'; frame-ancestors 'none'";

/** The routes of the page and of what it draws. */
export function page(world: World): Router {
  const router = express.Router();
  router.use(pageHeaders);
  router.get('/page/state', (request, response) => {
    const { channel, version } = request.query;
    response.set('Cache-Control', 'no-store');
    if (version === world.version) response.status(204).end();
    else response.json(pageState(world, typeof channel === 'string' ? channel : undefined));
  });
  router.use(express.static(FILES, { etag: false }));
  return router;
}

/** What each page of the sandbox is served with. */
export function pageHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({ 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' });
  next();
}
