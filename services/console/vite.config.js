import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const app = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: app('.'),
  plugins: [react()],
  build: { outDir: app('dist/app'), emptyOutDir: true, sourcemap: true, target: 'es2022' },
  server: { proxy: Object.fromEntries(['/v1', '/slack', '/console', '/.well-known'].map((path) => [path, 'http://localhost:3000'])) },
});
