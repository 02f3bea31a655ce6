/** Starts the console: theme, cache of answers, routes. */
import '@mantine/core/styles.css';
import './styles.css';

import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';

import { ApiProblem } from './api/client.js';
import { router } from './routes.js';
import { session } from './session/session.js';
import { theme, variables } from './theme.js';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // what the server refused will be refused again, and who was waited for has been waited for; a server that is away may be back
      retry: (failures, error) => failures < 2 && !(error instanceof ApiProblem && (error.problem.status < 500 || error.problem.status === 504)),
    },
  },
});

// whoever comes next may be of another organization
session.subscribe(() => { queries.clear(); });

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no element "app"');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
