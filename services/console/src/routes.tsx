/** Every view is an address. Each page is loaded when it is first opened. */
import { createBrowserRouter, Navigate } from 'react-router';

import { Shell } from './shell/shell.js';
import { BrokenPage } from './shell/broken-page.js';
import { NotFoundPage } from './shell/not-found.page.js';

export const router = createBrowserRouter([
  {
    path: '/sign-in',
    lazy: async () => ({ Component: (await import('./session/sign-in.page.js')).SignInPage }),
    HydrateFallback: () => null,
    ErrorBoundary: BrokenPage,
  },
  {
    path: '/',
    Component: Shell,
    ErrorBoundary: BrokenPage,
    HydrateFallback: () => null,
    children: [
      { index: true, element: <Navigate to="/issues" replace /> },
      {
        // the open issue is part of the address, and the list stays where it is
        path: 'issues/:issueId?',
        lazy: async () => ({ Component: (await import('./issues/issues.page.js')).IssuesPage }),
      },
      { path: 'connectors', lazy: async () => ({ Component: (await import('./connectors/connectors.page.js')).ConnectorsPage }) },
      { path: 'connectors/slack', lazy: async () => ({ Component: (await import('./connectors/slack.page.js')).SlackPage }) },
      { path: 'connectors/slack/:connectionId/:tab?', lazy: async () => ({ Component: (await import('./connection/connection.page.js')).ConnectionPage }) },
      { path: 'deliveries/problems', lazy: async () => ({ Component: (await import('./deliveries/problems.page.js')).ProblemsPage }) },
      { path: 'deliveries/replays/:replayId', lazy: async () => ({ Component: (await import('./deliveries/replay.page.js')).ReplayPage }) },
      { path: 'deliveries/why', lazy: async () => ({ Component: (await import('./deliveries/why.page.js')).WhyPage }) },
      { path: 'deliveries/:deliveryId?', lazy: async () => ({ Component: (await import('./deliveries/deliveries.page.js')).DeliveriesPage }) },
      { path: '*', Component: NotFoundPage },
    ],
  },
]);
