/** auth.* and apps.uninstall: who the token is, and ending it. */
import { accept, refuse } from '../answer.js';
import type { Method } from './method.js';

export const authMethods: Record<string, Method> = {
  'auth.test': {
    tier: 'special',
    accepts: [],
    run: ({ world, workspace, grant }) => accept({
      url: workspace.url, team: workspace.name, user: grant.bot.name, team_id: workspace.id, user_id: grant.bot.id,
      bot_id: grant.bot.botId, is_enterprise_install: false,
      ...(grant.expiresAt !== undefined && { expires_in: Math.ceil((grant.expiresAt - world.now()) / 1000) }),
    }),
  },
  'auth.revoke': {
    tier: 3,
    accepts: [],
    run: ({ world, grant, args }) => {
      if (args.flag('test')) return accept({ revoked: false });
      grant.state = 'revoked';
      world.changed();
      return accept({ revoked: true });
    },
  },
  'apps.uninstall': {
    tier: 1,
    accepts: [],
    run: ({ world, workspace, grant, args }) => {
      const app = world.grants.appOfClient(args.text('client_id') ?? '');
      if (app === undefined) return refuse('invalid_client_id');
      if (app.clientSecret !== args.text('client_secret')) return refuse('bad_client_secret');
      if (app !== grant.app) return refuse('client_id_token_mismatch');
      world.grants.uninstall(app, workspace);
      world.changed();
      return accept();
    },
  },
};
