import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const app = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: app('.'),
  plugins: [react()],
  // our packages from their sources: the app is built beside them, not after them
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: { outDir: app('dist/app'), emptyOutDir: true, sourcemap: true, target: 'es2022' },
  server: { proxy: Object.fromEntries(['/v1', '/slack', '/console', '/.well-known'].map((path) => [path, 'http://localhost:3000'])) },
});
